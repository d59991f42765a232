package quartet_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/quartet-go/quartet"
)

func TestEveryErrorBodyIsRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body    string
		message string
		fields  []quartet.Field
		text    string // of the error, behind the status
	}{
		"FastAPI's validation": {
			body: `{"detail":[
				{"loc":["body","verification_code"],"msg":"Field required","type":"missing","input":{"old_password":"x"}},
				{"loc":["body","items",0,"value"],"msg":"Input should be a valid string","type":"string_type","ctx":{},"url":"u"}]}`,
			fields: []quartet.Field{
				{Path: "verification_code", Message: "Field required", Type: "missing"},
				{Path: "items.0.value", Message: "Input should be a valid string", Type: "string_type"},
			},
			text: ": verification_code: Field required; items.0.value: Input should be a valid string",
		},
		"FastAPI's validation of the whole body": {
			body:   `{"detail":[{"loc":["body"],"msg":"Field required","type":"missing"},{"loc":[],"msg":"odd","type":"x"},{"msg":"no place"}]}`,
			fields: []quartet.Field{{Path: "body", Message: "Field required", Type: "missing"}, {Message: "odd", Type: "x"}, {Message: "no place"}},
			text:   ": body: Field required; odd; no place",
		},
		"FastAPI's text": {body: `{"detail":"User not found"}`, message: "User not found", text: ": User not found"},
		"Laravel's validation": {
			body:    `{"message":"The given data was invalid.","errors":{"login":["No such user.","Too short."],"billing_properties.0.type":["Required."]}}`,
			message: "The given data was invalid.",
			fields: []quartet.Field{
				{Path: "billing_properties.0.type", Message: "Required."}, {Path: "login", Message: "No such user."}, {Path: "login", Message: "Too short."},
			},
			text: ": billing_properties.0.type: Required; login: No such user; login: Too short",
		},
		"Laravel's validation with one text a field": {
			body: `{"message":"m","errors":{"login":"No such user."}}`, message: "m",
			fields: []quartet.Field{{Path: "login", Message: "No such user."}}, text: ": login: No such user",
		},
		"Laravel's text": {body: `{"message":"Unauthenticated."}`, message: "Unauthenticated.", text: ": Unauthenticated."},
		"the vendor's":   {body: `{"error":{"code":403,"message":"Administrators only"}}`, message: "Administrators only", text: ": Administrators only"},
		"a problem of the mock's admin API": {
			body: `{"title":"Unprocessable Entity","status":422,"detail":"3 things","issues":[{"place":"body.delay.time","message":"no duration"},
				{"place":"body","message":"no JSON"},{}]}`,
			message: "3 things",
			fields:  []quartet.Field{{Path: "delay.time", Message: "no duration"}, {Path: "body", Message: "no JSON"}},
			text:    ": delay.time: no duration; body: no JSON",
		},
		"an error text":      {body: `{"error":"nope"}`, message: "nope", text: ": nope"},
		"an empty list":      {body: `{"errors":[]}`},
		"an empty detail":    {body: `{"detail":[]}`},
		"nulls":              {body: `{"detail":null,"message":null,"errors":null,"error":null}`},
		"numbers":            {body: `{"detail":1,"message":2,"errors":3,"error":4,"issues":5}`},
		"a list":             {body: `["no"]`},
		"a string":           {body: ` "No \u0441" `, message: "No с", text: ": No с"},
		"markup in a string": {body: `"<html>"`},
		"a number":           {body: `5`, message: "5", text: ": 5"},
		"texts":              {body: `{"detail":["Too short","",null,3]}`, fields: []quartet.Field{{Message: "Too short"}}, text: ": Too short"},
		"fields that say nothing": {
			body:    `{"message":"The user is gone","detail":[1,{},{"type":"t"}],"errors":{"login":null,"name":[]},"issues":["x",{}]}`,
			message: "The user is gone", text: ": The user is gone",
		},
		"odd fields": {
			body: `{"detail":[{"loc":["body",1e0,12345678901234567890,null,{"a":[]}],"msg":5},{"loc":["body",[1e999]],"msg":"m"}],"errors":{"b":["x",3],"a":{}},"issues":[{"place":"p"}]}`,
			fields: []quartet.Field{
				{Path: "1.12345678901234567890.<nil>.map[a:[]]"}, {Message: "m"}, {Path: "a"}, {Path: "b", Message: "x"}, {Path: "b"}, {Path: "p"},
			},
			text: ": 1.12345678901234567890.<nil>.map[a:[]]: ; m; a: ; b: x; b: ; and 1 more",
		},
		"names in another case": {
			body:    `{"Message":"Not authorized","Detail":[{"LOC":["body","Name"],"Msg":"Too short","Type":"t"}],"ISSUES":[{"Place":"body.x","Message":"y"}]}`,
			message: "Not authorized", fields: []quartet.Field{{Path: "Name", Message: "Too short", Type: "t"}, {Path: "x", Message: "y"}},
			text: ": Name: Too short; x: y",
		},
		"names that come twice": {
			body:    `{"detail":[{"msg":"first"}],"message":"one","message":"two","detail":[{"msg":"second","msg":"last"}]}`,
			message: "two", fields: []quartet.Field{{Message: "last"}}, text: ": last",
		},
		"a detail in two ways":    {body: `{"detail":"gone","detail":[{"msg":"wrong"}]}`, fields: []quartet.Field{{Message: "wrong"}}, text: ": wrong"},
		"the same, the text last": {body: `{"detail":[{"msg":"gone"}],"detail":"wrong"}`, message: "wrong", text: ": wrong"},
		"errors and issues that come twice": {
			body:   `{"errors":{"a":["gone"]},"issues":[{"message":"gone"}],"errors":{"b":["c"]},"issues":[{"message":"d"}]}`,
			fields: []quartet.Field{{Path: "b", Message: "c"}, {Message: "d"}}, text: ": b: c; d",
		},
		"a null":                {body: `null`},
		"plain text":            {body: "upstream is\n\tgone\r\n", message: "upstream is gone", text: ": upstream is gone"},
		"plain text in Russian": {body: "сервер  отдыхает", message: "сервер отдыхает", text: ": сервер отдыхает"},
		"HTML":                  {body: "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"},
		"HTML after space":      {body: "\n  <html>"},
		"nothing":               {},
		"cut short":             {body: `{"detail":"User not fo`},
		"invalid UTF-8":         {body: "\xff\xfe\x00binary"},
		"invalid UTF-8 within":  {body: `{"detail":"bad ` + "\xff" + ` byte"}`, message: "bad byte", text: ": bad byte"},
		"blanks behind":         {body: `{"detail":"a "}`, message: "a", text: ": a"},
		"blanks before":         {body: `{"detail":" a"}`, message: "a", text: ": a"},
		"blanks between":        {body: `{"detail":"a  b c"}`, message: "a b c", text: ": a b c"},
		"nothing but blanks":    {body: `{"detail":"   "}`},
		"a delete":              {body: `{"detail":"a\u007fb"}`, message: "a b", text: ": a b"},
		"forged lines":          {body: `{"detail":"a\nERROR root logged in\u2028\u0085\u001b[31mred"}`, message: "a ERROR root logged in [31mred", text: ": a ERROR root logged in [31mred"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, body := range []string{test.body, indented(test.body)} {
				_, err := profileClient(t, mocked("GET", "/profile/me", httpmock.NewStringResponder(404, body))).GetMyProfile(t.Context())
				e := asError(t, err)
				assert.Equal(t, 404, e.StatusCode)
				assert.Equal(t, test.message, e.Message)
				assert.Equal(t, test.fields, e.Fields)
				assert.Equal(t, body, string(e.Body()))
				assert.Equal(t, "profile getMyProfile: 404 Not Found"+test.text, err.Error())
			}
		})
	}
}

// indented is JSON with white space, and any other text as it is.
func indented(text string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(text), "", " ") != nil {
		return text
	}
	return out.String()
}

func TestAHugeErrorBodyMakesAShortError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, shows string }{
		"text":              {strings.Repeat("a", 5000), ": aaaa"},
		"text of two bytes": {"x" + strings.Repeat("я", 5000), ": xяя"},
		"text after space":  {strings.Repeat(" ", 5000) + "late", ": late"},
		"detail":            {`{"detail":"` + strings.Repeat("ю", 5000) + `"}`, ": юю"},
		"fields": {
			`{"detail":[` + strings.Repeat(`{"loc":["body","name"],"msg":"wrong","type":"t"},`, 5000) + `{"loc":["body","last"],"msg":"wrong","type":"t"}]}`,
			": name: wrong; name: wrong; name: wrong; name: wrong; name: wrong; and 4996 more",
		},
		"deep": {strings.Repeat("[", 100_000), "400 Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := profileClient(t, always(400, test.body)).GetMyProfile(t.Context())
			require.ErrorIs(t, err, quartet.ErrBadRequest)
			assert.Less(t, len(err.Error()), 600)
			assert.True(t, utf8.ValidString(err.Error()))
			assert.Contains(t, err.Error(), test.shows)
			assert.Equal(t, test.body, string(asError(t, err).Body()))
		})
	}
}

func TestAnErrorBodyOverTheCapIsCut(t *testing.T) {
	t.Parallel()
	_, err := profileClient(t, always(422, strings.Repeat("a", 3<<20))).GetMyProfile(t.Context())
	require.ErrorIs(t, err, quartet.ErrResponseTooLarge)
	require.ErrorIs(t, err, quartet.ErrValidation)
	assert.Len(t, asError(t, err).Body(), 1<<20)
}

func TestAnErrorBodyThatIsCutShortKeepsStatusAndRest(t *testing.T) {
	t.Parallel()
	server := listen(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = w.Write([]byte(`{"detail":`))
	})
	_, err := profileAt(t, server.url, quartet.WithHTTPClient(server.http)).GetMyProfile(t.Context())
	require.ErrorIs(t, err, quartet.ErrValidation)
	e := asError(t, err)
	assert.Equal(t, 1, e.Attempts)
	assert.Equal(t, `{"detail":`, string(e.Body()))
}

func FuzzErrorBody(f *testing.F) {
	for _, seed := range []string{
		"", "null", "<html>", "down", `{"detail":"x"}`, `{"detail":[{"loc":["body",1],"msg":"m","type":"t"}]}`, `{"errors":{"a":["b"]}}`,
		`{"message":"m","errors":{"a":"b"}}`, `{"error":{"message":"m"}}`, `{"error":"e"}`, `{"detail":[{"loc":[{"a":[]}]}]}`, "\xff\n\x00",
		`{ "errors" : { "a" : null , "b" : [ "x" ] } , "detail" : [ { "loc" : [ "body" , 1 ] , "msg" : null } , 1 ] , "issues" : [ { "place" : 1 } ] }`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := profileClient(t, always(http.StatusTeapot, string(body))).GetMyProfile(t.Context())
		var e *quartet.Error
		if !errors.As(err, &e) || e.StatusCode != http.StatusTeapot || string(e.Body()) != string(body) {
			t.Fatalf("status or body lost: %v", err)
		}
		text := err.Error()
		if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) || len(text) > 8000 {
			t.Fatalf("not one short line: %q", text)
		}
		if e.Fields != nil && len(e.Fields) == 0 {
			t.Fatal("no fields, yet not nil")
		}
	})
}
