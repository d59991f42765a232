package contract

import (
	"math"
	"strconv"
	"strings"
)

// readInteger reads a JSON number as an integer of so many bits. plain says that a Go int decodes it as it is written.
// The number must be valid JSON; keyword is Fraction, Range or empty.
func readInteger(raw []byte, bits int) (value int64, plain bool, keyword Keyword) {
	if (len(raw) <= 9 || bits == 64 && len(raw) <= 18) && onlyDigits(raw) {
		return 0, true, "" // value is only needed for numbers that have to be rewritten
	}
	digits, zeros, negative := decimal(string(raw))
	if zeros < 0 {
		return 0, false, Fraction
	}
	if int64(len(digits))+zeros > int64(len("9223372036854775808")) {
		return 0, false, Range
	}
	text := digits + strings.Repeat("0", int(zeros))
	if negative {
		text = "-" + text
	}
	value, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		return 0, false, Range
	}
	return value, onlyDigits(raw), ""
}

// SameNumber reports whether two JSON numbers have the same value, however they are written.
func SameNumber(a, b string) bool {
	digitsA, zerosA, negativeA := decimal(a)
	digitsB, zerosB, negativeB := decimal(b)
	return digitsA == digitsB && zerosA == zerosB && (negativeA == negativeB || digitsA == "0")
}

func onlyDigits(raw []byte) bool {
	if len(raw) > 0 && raw[0] == '-' {
		raw = raw[1:]
	}
	for _, c := range raw {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// decimal splits a JSON number into its significant digits and the number of zeros to append to them; below zero there
// are digits behind the point. It works on text, because a float64 does not hold every int64.
func decimal(number string) (digits string, zeros int64, negative bool) {
	mantissa, negative := strings.CutPrefix(number, "-")
	if i := strings.IndexAny(mantissa, "eE"); i >= 0 {
		zeros = exponent(mantissa[i+1:])
		mantissa = mantissa[:i]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits = strings.TrimLeft(whole+fraction, "0")
	trimmed := strings.TrimRight(digits, "0")
	zeros += int64(len(digits) - len(trimmed) - len(fraction))
	if trimmed == "" {
		return "0", 0, negative
	}
	return trimmed, zeros, negative
}

// exponent reads an exponent; one beyond 32 bits is as good as the largest.
func exponent(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 32)
	if err == nil {
		return n
	}
	if strings.HasPrefix(text, "-") {
		return math.MinInt32
	}
	return math.MaxInt32
}
