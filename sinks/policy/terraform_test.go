package policy_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// The policies in the Terraform configuration are those of the plan.
func TestTerraformHasThePlansDocuments(t *testing.T) {
	for name, r := range requests("aws") {
		p := plan(t, r)
		file, diags := hclparse.NewParser().ParseHCL([]byte(printed(t, p, "terraform")), "policy.tf")
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		want := append(documents(t, p, "bucket-policy"), documents(t, p, "identity-policy")...)
		var got []map[string]any
		for _, block := range file.Body.(*hclsyntax.Body).Blocks {
			if policy := block.Body.Attributes["policy"]; policy != nil {
				got = append(got, evaluated(t, policy.Expr))
			}
		}
		if len(want) < 2 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the policies are\n%v, want\n%v", name, got, want)
		}
	}
}

// evaluated is the document that an expression yields.
func evaluated(t *testing.T, e hcl.Expression) (body map[string]any) {
	t.Helper()
	value, diags := e.Value(&hcl.EvalContext{Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if err := json.Unmarshal([]byte(value.AsString()), &body); err != nil {
		t.Fatal(err)
	}
	return body
}
