package php

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"strings"
)

var opensslFuncs = map[string]function{
	"openssl_decrypt": {fn: opensslDecrypt, min: 3, max: 7},
}

const (
	opensslRaw     = 1 // the text is not in base64
	opensslMaxText = 1 << 20
)

// opensslDecrypt decrypts AES in CBC mode, which is what hand-made configurations
// hide passwords by.
func opensslDecrypt(c *call) (Value, error) {
	var given [3]string // text, method, key
	for i := range given {
		s, err := c.str(i)
		if err != nil {
			return nil, err
		}
		given[i] = s
	}
	iv, err := c.strOr(4, "")
	if err != nil {
		return nil, err
	}
	options, err := c.int(3, 0)
	if err != nil {
		return nil, err
	}
	sizes := map[string]int{"aes-128-cbc": 16, "aes-192-cbc": 24, "aes-256-cbc": 32}
	size := sizes[lower(given[1])]
	text := given[0]
	if size == 0 || options&^opensslRaw != 0 || len(c.args) > 5 || len(text) > opensslMaxText {
		return c.unknown("this use of openssl_decrypt() is not modelled"), nil
	}
	if err := c.alloc(4 * len(text)); err != nil {
		return nil, err
	}
	if options&opensslRaw == 0 {
		raw, fault := base64.StdEncoding.DecodeString(text)
		if fault != nil {
			raw = nil
		}
		text = string(raw)
	}
	plain, ok := decryptCBC(text, padded(given[2], size), padded(iv, aes.BlockSize))
	if !ok {
		return c.unknown("a damaged text of openssl_decrypt() is not modelled"), nil
	}
	return strVal(plain), nil
}

// padded cuts a text, or fills it with zero bytes, as OpenSSL's binding does with
// keys and vectors.
func padded(s string, n int) []byte {
	return []byte(s + strings.Repeat("\x00", n))[:n]
}

func decryptCBC(text string, key, iv []byte) (string, bool) {
	block, err := aes.NewCipher(key)
	if err != nil || text == "" || len(text)%aes.BlockSize != 0 {
		return "", false
	}
	out := make([]byte, len(text))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, []byte(text))
	pad := int(out[len(out)-1])
	if pad == 0 || pad > aes.BlockSize {
		return "", false
	}
	for _, b := range out[len(out)-pad:] {
		if int(b) != pad {
			return "", false
		}
	}
	return string(out[:len(out)-pad]), true
}
