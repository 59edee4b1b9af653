package wordpress

// World describes the environment and the request that the site's PHP sees. The
// zero World knows nothing.
type World struct {
	Env      map[string]string // the complete environment of the site's PHP; meaningful if EnvKnown
	EnvKnown bool
	HTTPHost string // HTTP_HOST of the request; "" is unknown
}
