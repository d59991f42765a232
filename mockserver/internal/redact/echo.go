package redact

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A secret of fewer than minWithin characters is hidden where it is the whole value or stands alone, with no letter and
// no digit at its sides. Were it hidden within words too, a secret such as "a" could be read from the gaps it leaves and
// nothing else could be read; within a word nothing tells that it is the secret.
const minWithin = 4

// maxCompared bounds how many bytes of a secret are compared, so that texts of repetitions cost no more than others. A
// text that begins like a long secret is hidden in the length of the secret.
const maxCompared = 64

// echoes are the secrets of a request that one answer may show.
type echoes struct {
	texts   []string
	numbers []float64 // those that are one
}

// find takes what the answer may show. Where nothing is escaped most secrets turn out at once not to be there.
func (e *echoes) find(secrets []string, body []byte) {
	escaped := bytes.IndexByte(body, '\\') >= 0
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		if escaped || contains(body, secret) {
			e.texts = append(e.texts, secret)
		}
		if n, ok := numberOf(secret); ok {
			e.numbers = append(e.numbers, n)
		}
	}
}

func (e *echoes) none() bool { return len(e.texts) == 0 && len(e.numbers) == 0 }

func (e *echoes) forget() {
	clear(e.texts)
	clear(e.numbers)
	e.texts, e.numbers = e.texts[:0], e.numbers[:0]
}

// hide appends a text, unescaped, with each run of secrets replaced. It reports whether there was any.
func (e *echoes) hide(dst, text []byte) ([]byte, bool) {
	if e.sameNumber(text) {
		return append(dst, redacted...), true
	}
	if !slices.ContainsFunc(e.texts, func(secret string) bool { return contains(text, secret) }) {
		return dst, false
	}
	found, end := false, 0
	for i, c := range text {
		if length := e.at(text, i); length > 0 {
			if !found || i > end {
				dst = append(dst, redacted...)
			}
			found, end = true, max(end, i+length)
		}
		if i >= end {
			dst = append(dst, c)
		}
	}
	return dst, found
}

// at returns the length of the longest secret that begins at i, 0 for none.
func (e *echoes) at(text []byte, i int) int {
	longest := 0
	for _, secret := range e.texts {
		end := i + len(compared(secret))
		if len(secret) > longest && end <= len(text) && string(text[i:end]) == compared(secret) && mayHide(text, i, end) {
			longest = len(secret)
		}
	}
	return longest
}

func contains(text []byte, secret string) bool { return bytes.Contains(text, []byte(compared(secret))) }

func compared(secret string) string { return secret[:min(len(secret), maxCompared)] }

// mayHide reports whether the secret found in text[start:end] is long enough or stands alone.
func mayHide(text []byte, start, end int) bool {
	if utf8.RuneCount(text[start:end]) >= minWithin {
		return true
	}
	before, _ := utf8.DecodeLastRune(text[:start])
	after, _ := utf8.DecodeRune(text[end:])
	return !inWord(before) && !inWord(after)
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// sameNumber reports whether a text is a secret in another spelling: servers read 0123 and 1.23e2 as 123.
func (e *echoes) sameNumber(text []byte) bool {
	if len(e.numbers) == 0 {
		return false
	}
	n, ok := numberOf(string(text))
	return ok && slices.Contains(e.numbers, n)
}

// numberOf reads a decimal number. All beyond a float64 are taken for the same.
func numberOf(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c|0x20 != 'e' {
			return 0, false // most texts, which are spared the cost of an error
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil || errors.Is(err, strconv.ErrRange)
}
