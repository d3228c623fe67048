package expression

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"handoffd/connectors"
)

func TestRound(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		value    string
		decimals int
		want     string
	}{
		{"72.345", 2, "72.35"}, {"72.344", 2, "72.34"}, {"-72.345", 2, "-72.35"}, {"0.005", 2, "0.01"}, {"0.004", 2, "0"}, {"-0.004", 2, "0"},
		{"9.995", 2, "10"}, {"12.5", 0, "13"}, {"-12.5", 0, "-13"}, {"12.5", 3, "12.5"}, {"123456789012345678.905", 2, "123456789012345678.91"}, {"0.5", 0, "1"},
	} {
		v, err := connectors.NumberValue(tt.value)
		if err != nil {
			t.Fatal(err)
		}
		if got := round(v, tt.decimals).Text(); got != tt.want {
			t.Errorf("round(%s, %d) = %s, want %s", tt.value, tt.decimals, got, tt.want)
		}
	}
	if got := round(connectors.Value{}, 2); !got.IsNull() {
		t.Errorf("nothing becomes %v", got)
	}
}

// TestRoundIsNear: it is off by half a unit at most, keeps no more decimals,
// and done twice does nothing more.
func TestRoundIsNear(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v, err := connectors.NumberValue(rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,12})?`).Draw(t, "number"))
		if err != nil {
			t.Fatal(err)
		}
		decimals := rapid.IntRange(0, 8).Draw(t, "decimals")
		got := round(v, decimals)
		_, behind, _ := strings.Cut(got.Text(), ".")
		before, _ := new(big.Rat).SetString(v.Text())
		after, _ := new(big.Rat).SetString(got.Text())
		off := new(big.Rat).Abs(new(big.Rat).Sub(before, after))
		unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
		if off.Mul(off, big.NewRat(2, 1)).Cmp(unit) > 0 || len(behind) > decimals || round(got, decimals) != got {
			t.Errorf("round(%s, %d) = %s", v.Text(), decimals, got.Text())
		}
	})
}

func TestRoundInRules(t *testing.T) {
	t.Parallel()
	for source, fault := range map[string]string{
		"round(score) > 1": "", "round(score, 2) > 1": "", "round(industry) > 1": "round takes one number", "round(score, 2.5) > 1": "a whole number from 0 to 18",
		"round(score, 19) > 1": "a whole number from 0 to 18", "round(score, value) > 1": "a whole number from 0 to 18", "round() > 1": "round takes one number",
	} {
		_, faults := Compile(source, scope(), Bool)
		switch {
		case fault == "" && len(faults) > 0:
			t.Errorf("%s: %v", source, faults)
		case fault != "" && (len(faults) != 1 || !strings.Contains(faults[0].Message, fault)):
			t.Errorf("%s: %v, want %q", source, faults, fault)
		}
	}
}
