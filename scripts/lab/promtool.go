package lab

import "context"

// Promtool returns the path of promtool, which checks and tests the rules of Prometheus.
func Promtool(ctx context.Context) (string, error) { return fetched(ctx, "promtool") }
