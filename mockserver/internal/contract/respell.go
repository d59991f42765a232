package contract

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// respellTime returns the same instant as the format also allows to write it: in another zone or without one, with more
// or fewer zeros at the end of the fraction. What the schema would refuse is not returned, the text itself is.
func (s *Schema) respellTime(text string, r *rand.Rand) string {
	moment, ok := readTime(text, s.Format)
	if !ok {
		return text
	}
	fraction := ""
	if rest := text[len(withoutZone):]; strings.HasPrefix(rest, ".") {
		fraction = strings.TrimRight(strings.TrimSuffix(rest[1:], zoneOf(text)), "0")
	}
	if more := max(9-len(fraction), 0); more > 0 {
		fraction += strings.Repeat("0", r.IntN(more+1))
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	zone := zones[r.IntN(len(zones))]
	other := moment.UTC().Add(time.Duration(zone.minutes)*time.Minute).Format(withoutZone) + fraction + zone.text
	if len(s.checkString(other, nil)) > 0 {
		return text
	}
	return other
}

// zones are the ways to say the zone of a time. The last one is for timestamps only; nothing else passes with it.
var zones = []struct {
	text    string
	minutes int
}{{"Z", 0}, {"+00:00", 0}, {"+03:00", 180}, {"-05:30", -330}, {"+14:00", 840}, {"-00:01", -1}, {"", 0}}

// respellNumber returns the same number in another spelling, digit by digit: 1234.5 is also 1234.50, 12345e-1 and
// 1.2345E+3.
func respellNumber(text string, r *rand.Rand) string {
	digits, zeros, negative := decimal(text)
	if zeros > 400 || zeros < -400 { // no float64 needs more; an exponent might be cut
		return text
	}
	sign := ""
	if negative {
		sign = "-"
	}
	exponent := func(n int64) string {
		text := strconv.FormatInt(n, 10)
		if n >= 0 && r.IntN(2) == 0 {
			text = "+" + text
		}
		return string("eE"[r.IntN(2)]) + text
	}
	switch r.IntN(3) {
	case 0:
		return withZero(text)
	case 1:
		return sign + digits + exponent(zeros)
	}
	fraction := digits[1:]
	if fraction == "" {
		fraction = "0"
	}
	return sign + digits[:1] + "." + fraction + exponent(zeros+int64(len(digits))-1)
}

// withZero adds a zero to the end of a number's fraction.
func withZero(text string) string {
	mantissa, exponent := text, ""
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa, exponent = text[:i], text[i:]
	}
	if !strings.Contains(mantissa, ".") {
		mantissa += "."
	}
	return mantissa + "0" + exponent
}
