package quartet

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// redactor replaces the secrets that the call sent, since servers echo them in what
// they say (contract: never in what an error prints, also when the server echoes
// them). A short secret takes innocent text with it; that is the lesser harm.
func (c *call) redactor() *strings.Replacer {
	secrets := appendSecrets(nil, reflect.ValueOf(c.in))
	for name, values := range c.last.sent {
		if name == "Accept" || name == "Content-Type" || name == "User-Agent" {
			continue
		}
		for _, value := range values { // "Bearer TOKEN" and TOKEN
			secrets = append(secrets, value, value[strings.LastIndexByte(value, ' ')+1:])
		}
	}
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // the first match wins
	pairs := make([]string, 0, 2*len(secrets))
	for _, secret := range secrets {
		if secret != "" {
			pairs = append(pairs, secret, redacted)
		}
	}
	return strings.NewReplacer(pairs...)
}

// appendSecrets appends the value of every Secret in a request's body, which is a
// struct, also within the structs that it embeds.
func appendSecrets(found []string, v reflect.Value) []string {
	if v.Kind() != reflect.Struct {
		return found
	}
	if v.Type() == reflect.TypeFor[Secret]() {
		return append(found, v.Interface().(Secret).Reveal())
	}
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.IsExported() || field.Anonymous {
			found = appendSecrets(found, v.Field(i))
		}
	}
	return found
}
