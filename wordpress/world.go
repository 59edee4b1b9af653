package wordpress

import (
	"fmt"
	"net/url"
	"strings"
)

// World describes the environment and the request that the site's PHP sees. The zero World
// describes nothing.
type World struct {
	Env      map[string]string // the complete environment of the site's PHP; used only if EnvKnown
	EnvKnown bool
	// VariablesOrder is variables_order of php.ini. It says whether $_ENV holds the environment.
	// "" means unknown.
	VariablesOrder string
	HTTPHost       string // HTTP_HOST of the request, as no proxy has changed it; "" means unknown
	Scheme         string // http or https, as no proxy has changed it; "" means unknown
	Port           string // SERVER_PORT, known if Scheme is
}

// SetURL sets the host, scheme and port from the URL that visitors use.
func (w *World) SetURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Path != "" && u.Path != "/" {
		return fmt.Errorf("parse URL %q: give it as https://HOST/ or http://HOST:PORT/", text)
	}
	w.HTTPHost, w.Scheme, w.Port = u.Host, u.Scheme, u.Port()
	if w.Port == "" {
		w.Port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return nil
}

// CheckVariablesOrder returns an error if php.ini cannot have this order.
func CheckVariablesOrder(order string) error {
	if strings.Trim(strings.ToUpper(order), "EGPCS") != "" {
		return fmt.Errorf("variables order %q: give letters of EGPCS, as php.ini has them (php -i | grep variables_order)", order)
	}
	return nil
}
