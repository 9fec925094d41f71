# The newcomer's door. meson and ninja do the work; `make help` lists what there is.

FUZZ_SECONDS ?= 60
export FUZZ_SECONDS

.PHONY: all help bootstrap demo check check-fast check-all fuzz bench install clean

all: build/build.ninja
	@ninja -C build

build/build.ninja:
	@scripts/bootstrap --missing --build || { echo 'run: make bootstrap'; exit 1; }
	meson setup build

help:
	@echo 'make             build/hexmeta, build/hexsim and build/omsim'
	@echo 'make demo        a simulated workspace, imported into demo/hex.catalog.db'
	@echo 'make check       everything this machine has the tools for, with sanitizers'
	@echo 'make check-fast  unit tests and cases only: seconds, no network'
	@echo 'make check-all   check, clang, clang-tidy, valgrind and the slow tests'
	@echo 'make fuzz        $(FUZZ_SECONDS) s for each parser of outside data (FUZZ_SECONDS=...)'
	@echo 'make bench       CPU, memory and requests of sync and publish'
	@echo 'make install     install what was built (DESTDIR is obeyed)'
	@echo 'make bootstrap   install the Debian or Ubuntu packages all this needs'
	@echo 'make clean       remove everything that was built'

bootstrap:
	@scripts/bootstrap

demo:
	@scripts/bootstrap
	@$(MAKE) --no-print-directory all
	@scripts/demo

check:
	@scripts/bootstrap
	@scripts/check sanitized

check-fast: all
	@scripts/check fast

check-all:
	@scripts/bootstrap --check-all
	@scripts/check sanitized clang tidy valgrind slow

fuzz:
	@scripts/bootstrap --check-all
	@scripts/check fuzz

bench: all
	@bench/bench
	@bench/publish

install: all
	meson install -C build --no-rebuild

clean:
	rm -rf build build-asan build-clang build-fuzz demo
