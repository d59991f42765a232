package redact_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writer writes random JSON with secrets planted in it.
type writer struct {
	*rand.Rand
	secrets []string
}

func (w *writer) pick(from ...string) string { return from[w.IntN(len(from))] }

// secret returns a new text that begins with what is planted, or a number, as JSON.
func (w *writer) secret() string {
	if w.IntN(4) == 0 {
		number := fmt.Sprint(7e15 + w.Int64N(1e15))
		w.secrets = append(w.secrets, number)
		return number
	}
	text := planted + w.pick("", "x", "é", "\"", "\\", "\n", "𝄞") + fmt.Sprint(w.Int64N(1e12))
	w.secrets = append(w.secrets, text)
	return w.pick(writings(text)...)
}

func (w *writer) value(depth int) string {
	var b strings.Builder
	switch kind := w.IntN(8); {
	case kind < 3 && depth < 5:
		b.WriteString("{")
		for i := range w.IntN(5) {
			if i > 0 {
				b.WriteString(w.pick(",", " , "))
			}
			b.WriteString(w.member(depth))
		}
		b.WriteString("}")
	case kind < 5 && depth < 5:
		b.WriteString("[")
		for i := range w.IntN(4) {
			if i > 0 {
				b.WriteString(w.pick(",", "\n,"))
			}
			b.WriteString(w.value(depth + 1))
		}
		b.WriteString("]")
	default:
		b.WriteString(w.pick(`""`, `"a"`, `"\\\""`, `"password"`, `"é\u00e9"`, "0", "-1.5e3", "true", "null", `"\/"`))
	}
	return b.String()
}

func (w *writer) member(depth int) string {
	if w.IntN(3) > 0 {
		return w.pick(`"a"`, `"b\n"`, `"passwords"`, `"é"`, `""`) + w.pick(":", " : ") + w.value(depth+1)
	}
	name := w.pick(`"password"`, `"New_Password"`, `"verification\u005fcode"`, `"MASTERVALUE"`) + w.pick(":", "\t:\n")
	switch w.IntN(4) {
	case 0:
		return name + `{"a":[` + w.secret() + `,{"b":` + w.secret() + `}],"c":` + w.value(depth+1) + `}`
	case 1:
		return name + `[` + w.secret() + `]`
	default:
		return name + w.secret()
	}
}

func TestNoPlantedSecretShows(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		w := &writer{Rand: rand.New(rand.NewPCG(seed, 1))}
		body := "[" + w.value(0) + "," + w.value(0) + ",{" + w.member(0) + "}]"
		require.True(t, json.Valid([]byte(body)), body)

		shown, secrets := documents().Body([]byte(body))
		require.True(t, json.Valid(shown), "%s", shown)
		require.Subset(t, secrets, w.secrets)
		w.absentFrom(t, shown)

		cut := w.IntN(len(body))
		shown, _ = documents().Body([]byte(body[:cut]))
		w.absentFrom(t, shown)

		if len(secrets) > 64 {
			continue
		}
		answer := w.answer(body)
		shown = documents().Echo([]byte(answer), secrets)
		require.True(t, json.Valid(shown), "%s", shown)
		w.absentFrom(t, shown)
		w.absentFrom(t, documents().Echo([]byte(answer[:w.IntN(len(answer))]), secrets))
	}
}

// answer repeats every secret, and the body as a whole.
func (w *writer) answer(body string) string {
	var b strings.Builder
	b.WriteString(`{"detail":[` + body)
	for _, secret := range w.secrets {
		written := w.pick(writings(secret)...)
		b.WriteString(`,{"input":` + written + `,"msg":"it's ` + written[1:len(written)-1] + `!"}`)
		if secret[0] == '7' {
			b.WriteString("," + w.pick(secret, secret+".0", secret+"e0"))
		}
	}
	return b.String() + "]}"
}

func (w *writer) absentFrom(t *testing.T, shown []byte) {
	t.Helper()
	require.False(t, shows(shown), "%s", shown)
	for _, secret := range w.secrets {
		require.NotContains(t, string(shown), secret)
		require.False(t, says(shown, func(text string) bool { return strings.Contains(text, secret) }), "%s", shown)
	}
}

func TestTheJudgeOfThesePropertiesSeesASecret(t *testing.T) {
	t.Parallel()
	for _, written := range writings(planted + "é") {
		assert.True(t, shows([]byte(`{"a":[`+written+`]}`)), written)
		assert.True(t, json.Valid([]byte(written)), written)
	}
}
