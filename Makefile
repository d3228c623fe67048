.PHONY: help build test check lint bench fuzz demo

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

build: ## Build the static binary ./handoffd
	CGO_ENABLED=0 go build -trimpath -o handoffd ./cmd/handoffd

test: ## Run all tests
	go test ./...

check: ## Run what CI runs
	bash .ci/run

lint: ## Run the linters
	golangci-lint run ./...

bench: ## Run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

fuzz: ## Fuzz every parser for 30 s each
	@for p in $$(grep -rlE '^func Fuzz' --include=*_test.go . | xargs -n1 dirname | sort -u); do \
	  for f in $$(grep -hoE '^func Fuzz[A-Za-z0-9]+' $$p/*_test.go | sed 's/func //'); do \
	    go test -run '^$$' -fuzz "^$$f$$" -fuzztime 30s $$p || exit 1; done; done

demo: ## Play the demo
	go run ./cmd/handoffd demo
