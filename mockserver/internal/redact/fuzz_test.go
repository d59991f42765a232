package redact_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/quartet-go/quartet/mockserver/internal/redact"
)

// planted begins every secret of the fuzz targets, in each of the ways in which it is written. It holds no part of
// another word.
const planted = "Zq9/Xv"

// writings returns a text as JSON strings that say the same.
func writings(text string) []string {
	plain, _ := json.Marshal(text)
	var escaped strings.Builder
	for _, r := range text {
		if r < 0x80 {
			escaped.WriteString(`\u00` + string("0123456789abcdef"[r>>4]) + string("0123456789ABCDEF"[r&15]))
		} else {
			quoted, _ := jsontext.AppendQuote(nil, string(r))
			escaped.Write(quoted[1 : len(quoted)-1])
		}
	}
	return []string{string(plain), strings.ReplaceAll(string(plain), "/", `\/`), `"` + escaped.String() + `"`}
}

// shows reports whether a text shows what is planted, as it is or in one of the ways of writing it.
func shows(text []byte) bool {
	for _, written := range writings(planted) {
		if bytes.Contains(text, []byte(written[1:len(written)-1])) {
			return true
		}
	}
	return says(text, func(said string) bool { return strings.Contains(said, planted) })
}

// says reports whether one of the strings or numbers satisfies f, as far as the text is JSON.
func says(text []byte, f func(string) bool) bool {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true))
	for {
		token, err := d.ReadToken()
		if err != nil {
			return false
		}
		if k := token.Kind(); (k == '"' || k == '0') && f(token.String()) {
			return true
		}
	}
}

func isJSON(text []byte) bool {
	return jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true))
}

var bodies = []string{
	``, ` `, `{}`, `[[],{"a":null}]`, `{"password":"abc","a":["b",1.5e-3]}`, `{"pass\u0077ord":{"a":[1,"\ud834\udd1e"]}} `, `{"a":"\/\ud834"}`,
	`{"password":"abc`, `{"mastervalue":01}`, `"é`, `1,"password":`, `"x\`, `"x\\\"`, `1}`, "\"\xff", `{"detail":[{"loc":["body","password"],"input":{"a":1}}]}`,
}

// FuzzBody takes jsontext as the judge of what is JSON.
func FuzzBody(f *testing.F) {
	for _, body := range bodies {
		f.Add([]byte(body))
	}
	nothing := redact.New(nil, nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		sent := slices.Clone(body)
		shown, secrets := documents().Body(body)
		plain, none := nothing.Body(body)
		if !bytes.Equal(sent, body) {
			t.Fatal("the body was changed")
		}
		if len(none) > 0 {
			t.Fatal("secrets of no name")
		}
		if again, _ := documents().Body(shown); isJSON(shown) && !bytes.Equal(shown, again) {
			t.Fatalf("%q redacted once more is %q", shown, again)
		}
		switch isNote := bytes.HasSuffix(plain, []byte(" not kept]")); {
		case isJSON(body) && !isJSON(shown):
			t.Fatalf("%q is no longer JSON", shown)
		case (isJSON(body) || len(bytes.Trim(body, " \t\r\n")) == 0) && !bytes.Equal(plain, body):
			t.Fatalf("%q has become %q", body, plain)
		case !isJSON(body) && len(bytes.Trim(body, " \t\r\n")) > 0 && !isNote:
			t.Fatalf("%q is kept", plain)
		}
		if echoed := documents().Echo(body, secrets); isJSON(body) && len(secrets) <= 64 {
			if !isJSON(echoed) {
				t.Fatalf("%q is no longer JSON", echoed)
			}
			if leak, ok := leaks(echoed, secrets); ok {
				t.Fatalf("%q shows %q", echoed, leak)
			}
		}
	})
}

// leaks returns a secret that one of the answer's strings or numbers shows. What stands in the place of secrets, and the
// names of members, may look like one.
func leaks(answer []byte, secrets []string) (leak string, ok bool) {
	said := map[string]bool{}
	says(answer, func(text string) bool { said[text] = true; return false })
	for text := range said {
		for part := range strings.SplitSeq(text, "[redacted]") {
			for _, secret := range secrets {
				if part == secret && part != "" && !isName(part) || len([]rune(secret)) >= 4 && strings.Contains(part, secret) && !isName(part) {
					return secret, true
				}
			}
		}
	}
	return "", false
}

func isName(text string) bool {
	return slices.ContainsFunc([]string{"password", "old_password", "new_password", "new_password_confirm", "verification_code", "mastervalue", "readvalue", "writevalue"},
		func(name string) bool { return strings.EqualFold(name, text) })
}

// FuzzPlanted writes a secret between two pieces of anything, which may end what surrounds it early or late.
func FuzzPlanted(f *testing.F) {
	for i, before := range bodies {
		f.Add([]byte(before), []byte(bodies[len(bodies)-1-i]), "é\n\"", uint8(i), uint16(1<<15))
	}
	f.Fuzz(func(t *testing.T, before, after []byte, ending string, writing uint8, length uint16) {
		secret := planted + strings.ToValidUTF8(ending[:min(len(ending), 60-len(planted))], "")
		if shows(before) { // it would show what was never a secret
			before = nil
		}
		if shows(after) {
			after = nil
		}
		ways := writings(secret)
		written := ways[int(writing)%len(ways)]
		other := ways[int(writing/4)%len(ways)]

		body := slices.Concat([]byte(`{"a":`), before, []byte(`,"Pass\u0077ord":`), []byte(written), []byte(`,"b":`), after, []byte(`}`))
		shown, secrets := documents().Body(body[:min(int(length), len(body))])
		if shows(shown) {
			t.Fatalf("%q shows %q", shown, secret)
		}
		if isJSON(body) && int(length) >= len(body) && !slices.Contains(secrets, secret) {
			t.Fatalf("%q is not in %q", secret, secrets)
		}

		answer := slices.Concat([]byte(`{"detail":[{"input":`), []byte(written), []byte(`,"msg":"a`), []byte(other[1:len(other)-1]), []byte(`b"},`), before,
			[]byte(`,{`), []byte(other), []byte(`:`), []byte(written), []byte(`},`), after, []byte(`]}`))
		if shown := documents().Echo(answer[:min(int(length), len(answer))], []string{"a", secret, "12"}); shows(shown) {
			t.Fatalf("%q shows %q", shown, secret)
		}
	})
}

func FuzzTarget(f *testing.F) {
	for _, raw := range []string{"", "a=b&c", "user[%5d=x;", "%zz=&=%", "x?y=/z", "%3Fa%3Db"} {
		f.Add(raw, "token", raw)
	}
	f.Fuzz(func(t *testing.T, before, name, after string) {
		const secret = "Zq9Xv"
		for _, text := range []*string{&before, &name, &after} {
			if strings.Contains(*text, secret) { // it would stand where nothing is hidden
				*text = ""
			}
		}
		documents().Target(before+name, after)
		documents().Header(http.Header{before: {name}, name: {after}}).HTTP()
		for _, name := range []string{"token", "KEY", "x[Password][]", "%6bey", name + "%zz"} {
			path, query := documents().Target(before+"%3f"+name+"="+secret+after, before+"&"+name+"="+secret+after)
			if strings.Contains(path, secret) || strings.Contains(query, secret) {
				t.Fatalf("%q and %q", path, query)
			}
			if values, err := url.ParseQuery(query); err == nil && strings.Contains(values.Encode(), secret) {
				t.Fatalf("%q", query)
			}
		}
	})
}
