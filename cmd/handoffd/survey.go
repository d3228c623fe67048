package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"handoffd/internal/clock"
	"handoffd/internal/engine"
	"handoffd/internal/store"
)

func newSurvey(o *options) *cobra.Command {
	survey := &cobra.Command{Use: "survey", Short: "Take up what sales answered in a survey"}
	format := surveyFormat{}
	take := o.withConfig(&cobra.Command{
		Use:   "import FILE.csv --config FILE",
		Short: "Read the answers of a survey from the CSV file that its tool exports",
		Long: "Import reads who answered, when, and whether the accounts that sales gets are qualified: 1 to 5, yes or no, or\n" +
			"from \"strongly agree\" to \"strongly disagree\". It does all lines or none, and the same file again changes nothing.\n" +
			"Who answered is kept as a hash only. The report shows the answers as sales_survey.",
		Args: exactly(1, "the CSV file"),
		RunE: func(c *cobra.Command, files []string) error { return o.importSurvey(c, files[0], format) },
	})
	take.Flags().StringVar(&format.respondent, "respondent", "respondent", "the column that says who answered")
	take.Flags().StringVar(&format.date, "date", "date", "the column that says when")
	take.Flags().StringVar(&format.answer, "answer", "answer", "the column with the answer")
	take.Flags().StringVar(&format.order, "dates", "ymd", "how dates are written: ymd, mdy or dmy")
	survey.AddCommand(take)
	return survey
}

func (o *options) importSurvey(c *cobra.Command, file string, format surveyFormat) (err error) {
	config, _, err := o.load(c)
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return usageError{fmt.Errorf("reading the answers: %w", err)}
	}
	defer func() { _ = f.Close() }() // it was only read
	format.zone, format.now = config.Policy.Calendar.Location(), clock.System{}.Now()
	list, err := format.read(file, f)
	if err != nil {
		return usageError{err}
	}
	if _, err := os.Stat(config.SQLite); err != nil { // an import makes no store
		return usageError{fmt.Errorf("finding the store: %w", err)}
	}
	s, err := store.Open(c.Context(), config.SQLite, store.Options{Clock: clock.System{}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	done, err := engine.ImportSurvey(c.Context(), s, config.Policy, list)
	if err != nil {
		return err
	}
	if o.output == "json" {
		return printJSON(c.OutOrStdout(), done)
	}
	w := c.OutOrStdout()
	fmt.Fprintf(w, "%d answers are new, %d changed, %d were known", done.Added, done.Changed, done.Known)
	if done.Forgotten > 0 {
		fmt.Fprintf(w, "; %d of people who are forgotten were left out", done.Forgotten)
	}
	fmt.Fprintln(w)
	if len(done.Frozen) > 0 {
		fmt.Fprintf(w, "the reports of %s are frozen and stay as they are\n", strings.Join(done.Frozen, ", "))
	}
	return nil
}
