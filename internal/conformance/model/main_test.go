package model

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// An ordinary run of all tests draws less than rapid does by default; flags and environment
// have the last word. Calls that were given up or cut off leave no goroutine behind.
func TestMain(m *testing.M) {
	if os.Getenv("RAPID_CHECKS") == "" {
		_ = flag.Set("rapid.checks", "3") // it is there: rapid has been imported
	}
	flag.Parse()
	seedOfAll, _ = flag.Lookup("rapid.seed").Value.(flag.Getter).Get().(uint64)
	code := m.Run()
	if testing.Verbose() {
		fmt.Print(met.String())
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Println(err)
		code = 1
	}
	os.Exit(code)
}
