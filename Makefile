# Besa: every common act in one word. `make` alone lists them.
# BUILD and test options pass through the environment: FRESH, DEMO, ONLY, MINUTES, SEEDS, LONG, JOBS, FUZZ_SECONDS.
SHELL := /bin/bash
PREFIX ?= /usr/local
PROGRAM ?= build/release/besa
DESTDIR ?=
MINUTES ?= 10
SEEDS ?= 10000
JOBS ?= $(shell nproc)
export FRESH DEMO ONLY
STEADY := $(shell setarch $$(uname -m) -R true 2>/dev/null && echo setarch $$(uname -m) -R)
UNIT := -L "^(unit|store|web)$$"

.DEFAULT_GOAL := help
.PHONY: help run test test-long bench fuzz sim asan tsan coverage install install-files clean

help: ## this list
	@awk -F ":.*## " "/^[a-z-]+:.*## / {printf \"  make %-10s %s\\n\", \$$1, \$$2}" $(MAKEFILE_LIST)

run: ## the demonstration: three nodes with a year behind them (FRESH=1 begins anew, DEMO=scripted plays a day)
	tools/install-deps run
	cmake --preset release
	cmake --build build/release --target besa
	exec build/release/besa demo

test: ## what every change must pass: warnings as errors, all tests, sanitizers, fuzzing, simulation
	tools/test.sh

test-long: ## the same, longer, with clang, clang-tidy and the thread sanitizer
	tools/test.sh --long

bench: ## measure, into build/bench.tsv (ONLY=name for one)
	tools/bench.sh

fuzz: ## fuzz each target in turn, MINUTES each
	tools/fuzz.sh $(MINUTES)

sim: ## simulate SEEDS histories of two nodes under faults (LONG=1: ten times as long)
	cmake --preset release
	cmake --build build/release --target besa-sim
	build/release/besa-sim --seeds $(SEEDS) --jobs $(JOBS) $(if $(LONG),--long)

asan: ## the unit tests under the address and undefined-behaviour sanitizers
	cmake --preset asan
	cmake --build build/asan -j $(JOBS)
	$(STEADY) ctest --test-dir build/asan -j $(JOBS) --output-on-failure $(UNIT)

tsan: ## the unit tests under the thread sanitizer
	cmake --preset tsan
	cmake --build build/tsan -j $(JOBS)
	$(STEADY) ctest --test-dir build/tsan -j $(JOBS) --output-on-failure $(UNIT)

coverage: ## how much of src/ the tests reach, into build/coverage/report.html
	tools/install-deps long
	cmake --preset coverage
	cmake --build build/coverage -j $(JOBS)
	ctest --test-dir build/coverage -j $(JOBS) --output-on-failure $(UNIT)
	gcovr --root . --filter src/ --print-summary --html-details build/coverage/report.html build/coverage

install: ## build for release and install below DESTDIR and PREFIX
	cmake --preset release
	cmake --build build/release --target besa
	$(MAKE) install-files

install-files:
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/besa
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/besa README.md CHANGELOG.md SECURITY.md LICENCE
	for page in $(wildcard docs/man/*.[1-8]); do \
		install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man$${page##*.} $$page || exit 1; done
	install -D -m 644 packaging/completion/besa $(DESTDIR)$(PREFIX)/share/bash-completion/completions/besa
	install -D -m 644 packaging/systemd/besa.service $(DESTDIR)$(PREFIX)/lib/systemd/system/besa.service
	sed -i "s|/usr/bin/besa|$(PREFIX)/bin/besa|g" $(DESTDIR)$(PREFIX)/lib/systemd/system/besa.service
	install -D -m 644 packaging/systemd/besa.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/besa.conf

clean: ## remove build/
	rm -rf build
