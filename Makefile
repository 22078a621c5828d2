# make        build the program
# make run    start Gatewright with an example API
# make test   everything that must hold: checks, tests, race detector, real clients
.PHONY: build run test check unit race conformance fuzz bench clean

GO  ?= go
TOOL = $(GO) tool -modfile=tools/go.mod

# What is run here and measured is linked as in the Dockerfile, without C.
build:
	CGO_ENABLED=0 $(GO) build -o gatewright ./cmd/gatewright

run: build
	./gatewright serve --example

test: check unit race conformance
	@echo "all green"

check:
	$(GO) vet ./...
	$(TOOL) staticcheck ./...
	@out="$$($(TOOL) gofumpt -l $$(git ls-files '*.go'))"; [ -z "$$out" ] || { echo "gofumpt would change:"; echo "$$out"; exit 1; }
	@out="$$($(TOOL) deadcode -test ./...)"; [ -z "$$out" ] || { echo "unreachable from programs and tests:"; echo "$$out"; exit 1; }

unit:
	$(GO) test ./...

# The race detector needs a C compiler.
race:
	@if command -v $${CC:-gcc} >/dev/null; then CGO_ENABLED=1 $(GO) test -race ./...; \
	else echo "race: NOT RUN: no C compiler here; set CC or install gcc" >&2; [ -z "$$CI" ]; fi

# Real AWS clients, pinned, are installed into .clients the first time.
conformance: build
	GATEWRIGHT=$(CURDIR)/gatewright conformance/run.sh

# FUZZTIME is per parser. Little of it goes into making findings smaller.
FUZZTIME ?= 1m
fuzz:
	@set -e; for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
	  for f in $$(grep -rhoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go | sed 's/^func //'); do \
	    echo "== $$dir $$f"; $(GO) test $$dir -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x; \
	  done; done

bench: build
	$(GO) run ./bench -gatewright ./gatewright
	$(GO) run ./bench -gatewright ./gatewright -control

clean:
	rm -rf gatewright .clients
