package doctor

import (
	"strings"

	"handoffd/workflows"
)

// pools judges the people who take turns: one who is an active user of no CRM
// never gets anything, and nobody would notice.
func (e *examination) pools() {
	done := map[string]bool{}
	for _, stage := range e.stages() {
		pool := e.Policy.Routing[stage].Pool
		if pool == nil || done[pool.Name] {
			continue
		}
		done[pool.Name] = true
		for i := range pool.Members {
			e.member(poolKey(pool), pool.Members[i].Email)
		}
	}
}

// poolKey is where the config has the pool.
func poolKey(p *workflows.Pool) string {
	if strings.HasPrefix(p.Name, "routing.") {
		return "workflows." + p.Name + ".pool"
	}
	return "workflows.pools." + p.Name
}

func (e *examination) member(where, email string) {
	var words []string
	known, active := true, 0
	for _, s := range e.taskSites() {
		if s.noUsers != nil {
			known = false
			continue
		}
		what, fine := standing(s, email)
		for _, address := range e.mapping.Owners.Addresses(email) {
			if other, here := standing(s, address); here && !fine {
				what, fine = other, true
			}
		}
		if fine {
			active++
		}
		words = append(words, what)
	}
	what := strings.Join(words, "; ")
	switch {
	case active > 0 && active == len(words):
		e.add(OK, where, what, "")
	case active > 0:
		e.add(OK, where, what+": passed over there", "")
	case known:
		e.add(Warn, where, what+": never gets an account", "correct the address, or take them out of the pool")
	}
}
