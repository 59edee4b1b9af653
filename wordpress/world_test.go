package wordpress

import "testing"

func TestSetURL(t *testing.T) {
	for text, want := range map[string]World{
		"https://shop.example/":     {HTTPHost: "shop.example", Scheme: "https", Port: "443"},
		"http://shop.example":       {HTTPHost: "shop.example", Scheme: "http", Port: "80"},
		"https://shop.example:8443": {HTTPHost: "shop.example:8443", Scheme: "https", Port: "8443"},
	} {
		var w World
		if err := w.SetURL(text); err != nil || w.HTTPHost != want.HTTPHost || w.Scheme != want.Scheme || w.Port != want.Port {
			t.Errorf("%s is %+v (%v), want %+v", text, w, err, want)
		}
	}
	for _, text := range []string{"", "shop.example", "//shop.example/", "ftp://shop.example/", "https://", "https://u:p@shop.example/", "https://shop.example/blog", "https://shop.example/?a=b", "https://a b/"} {
		var w World
		if err := w.SetURL(text); err == nil {
			t.Errorf("%q is taken as %+v, want an error", text, w)
		}
	}
}

func TestCheckVariablesOrder(t *testing.T) {
	for order, ok := range map[string]bool{"": true, "EGPCS": true, "gpcs": true, "GPCSX": false, "E,S": false} {
		if err := CheckVariablesOrder(order); (err == nil) != ok {
			t.Errorf("%q: %v", order, err)
		}
	}
}
