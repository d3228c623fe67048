package mapping

// Amounts lists the money fields whose amounts go from one CRM to the other as
// they stand: both CRMs must keep them in one currency. A side's expression is
// taken to convert.
func (m *Mapping) Amounts() (names []string) {
	for i := range m.Fields {
		f := &m.Fields[i]
		if f.Type != Money {
			continue
		}
		for _, side := range Sides() {
			if other := side.Other(); f.Writes(side) && f.ComesFrom(other) && f.From[other] == nil && f.To[side] == nil {
				names = append(names, f.Name)
				break
			}
		}
	}
	return names
}
