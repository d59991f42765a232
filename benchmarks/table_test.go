package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTableMarksTheBestAndNamesWhoBeatsUs(t *testing.T) {
	t.Parallel()
	rows := func(ours, theirs float64) []row {
		return []row{
			{"ours", []cell{figure("%.0f", ours), figure("%.1f", 2), {text: "any"}}},
			{"theirs", []cell{figure("%.0f", theirs), figure("%.1f", 3), {text: "any"}}},
		}
	}
	two := table{"who", []column{{"ns", lower}, {"rate", higher}, {"note", neither}}, []group{{"1 CPU", rows(1, 2)}, {"2 CPUs", rows(4, 3)}}}

	var b strings.Builder
	two.write(&b)
	assert.Equal(t, `
| who | ns | rate | note |
|---|---:|---:|---:|
| 1 CPU, ours | **1** | 2.0 | any |
| 1 CPU, theirs | 2 | **3.0** | any |
| 2 CPUs, ours | 4 | 2.0 | any |
| 2 CPUs, theirs | **3** | **3.0** | any |
`, b.String())
	assert.Equal(t, "What beats ours: 1 CPU, theirs: rate; 2 CPUs, theirs: ns, rate.", two.beaten("ours"))

	level := table{"who", []column{{"ns", lower}}, []group{{"", []row{
		{"ours", []cell{figure("%.0f", 1.2)}}, {"theirs", []cell{figure("%.0f", 1.1)}},
	}}}}
	b.Reset()
	level.write(&b)
	assert.Contains(t, b.String(), "| ours | **1** |\n| theirs | **1** |", "what reads the same is as good")
	assert.Equal(t, "Nothing here beats ours.", level.beaten("ours"))

	dark := table{"who", []column{{"MB", lower}}, []group{{"", []row{{"ours", []cell{figure("%.0f", 2)}}, {"theirs", []cell{unknown}}}}}}
	b.Reset()
	dark.write(&b)
	assert.Contains(t, b.String(), "| ours | **2** |\n| theirs | – |", "what is unknown is not the best")
	assert.Equal(t, "Nothing here beats ours.", dark.beaten("ours"))
}
