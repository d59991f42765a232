package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/quartet-go/quartet/mockserver/internal/contract"
)

func TestQueryPairs(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][][2]string{
		"":                   nil,
		"&&":                 nil,
		"a=1&b=2&a=":         {{"a", "1"}, {"b", "2"}, {"a", ""}},
		"a":                  {{"a", ""}},
		"=1":                 {{"", "1"}},
		"a=b=c":              {{"a", "b=c"}},
		"a=1;b=2":            {{"a", "1;b=2"}},
		"%61+b=%4a%4A+%2B":   {{"a b", "JJ +"}},
		"%zz=%&a=%4&b=%41%":  {{"%zz", "%"}, {"a", "%4"}, {"b", "A%"}},
		"a=%F0%9D%84%9E%ff":  {{"a", "𝄞\ufffd"}},
		"a=%ff%fe":           {{"a", "\ufffd\ufffd"}},
		"a=%f0%9d%84":        {{"a", "\ufffd"}},
		"a=%ed%a0%80b":       {{"a", "\ufffd\ufffd\ufffdb"}},
		"a=%f0%9dx%EF%BF%BD": {{"a", "\ufffdx\ufffd"}},
	} {
		var got [][2]string
		for name, value := range contract.QueryPairs(query) {
			got = append(got, [2]string{name, value})
		}
		assert.Equal(t, want, got, query)
	}
}
