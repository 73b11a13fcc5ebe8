# One command for everything; `make` alone lists them. The work is done by tools/*.sh.
.DEFAULT_GOAL := help
.PHONY: help run test check bench screenshots
.NOTPARALLEL:

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-20s%s\n", $$1, $$2}'
	@echo "  PORT=8502 make run            another port (default 8501)"
	@echo "  make test ARGS='tests/core'   a part of the tests; ARGS go to pytest"

run: ## install once, then start the app with its own MongoDB and the demo shop
	@exec tools/run.sh

test: ## install what testing needs, Chromium included, and run every test
	@exec tools/test.sh $(ARGS)

check: ## lint, format, types and the architecture rules
	@exec tools/check.sh

bench: ## measure the paths that people wait for
	@tools/setup.sh run && exec .venv/bin/python -m tools.bench $(ARGS)

screenshots: ## picture every page into docs/images
	@tools/setup.sh test && exec .venv/bin/python -m tools.screenshots $(ARGS)
