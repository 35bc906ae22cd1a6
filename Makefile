# `make` says what there is. Nothing but Python 3.11, make, git, npm (with node) and package indexes is needed, the
# indexes only once.

PYTHON ?= python3
EDITION ?= current

# The releases, the environments and everything that is built from them: all that `make clean` removes.
BUILD := build
PY := .venv/bin/python
OLDEST := .venv-oldest/bin/python

# Only as `make docs LANGUAGE=ja`: many systems set a variable of this name to something else.
ifeq ($(origin LANGUAGE),command line)
  TRANSLATION := $(LANGUAGE)
endif

# One output folder for each edition, named after the checkout where NOVA gives one: ../nova@2013.2 -> nova@2013.2.
EMPTY :=
SITE := $(or $(subst $(EMPTY) $(EMPTY),_,$(subst /,_,$(subst ./,,$(subst ../,,$(NOVA))))),$(EDITION))
HTML := $(BUILD)/docs/$(SITE)/html$(TRANSLATION:%=-%)
DOCTREES := $(BUILD)/docs/$(SITE)/doctrees$(TRANSLATION:%=-%)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help

.PHONY: help
help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s%s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo 'make docs NOVA=../nova          the same prose about another checkout'
	@echo 'make docs NOVA=../nova@2013.2   ... or about a revision of a git repository'
	@echo 'make docs LANGUAGE=ja           in Japanese'
	@echo 'make docs EDITION=havana NOVA_GIT=../nova   the edition of conf/havana'

.PHONY: docs
docs: .venv/docs.stamp node_modules/docs.stamp ## Build the documentation about the newest Nova and say which page to open
	$(if $(NOVA)$(filter-out current,$(EDITION)),,$(PY) tools/get_release.py)
	@$(PY) tools/check_edition.py '$(EDITION)'
	@# A failed build forgets what it has read: the next one would not read it again, nor repeat its warnings.
	$(PY) -m sphinx -c conf/$(EDITION) -b html -d '$(DOCTREES)' $(TRANSLATION:%=-D language=%) \
	  -n -W --keep-going -j auto docs '$(HTML)' || { rm -rf '$(DOCTREES)'; exit 1; }
	@echo 'Open $(CURDIR)/$(HTML)/index.html'

.PHONY: test
test: lint test-newest test-oldest ## Check and test everything that needs neither a git clone of Nova nor a browser

.PHONY: lint
lint: .venv/test.stamp ## Check style, types and the order of the packages
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy --strict
	.venv/bin/lint-imports

.PHONY: test-newest
test-newest: .venv/test.stamp node_modules/test.stamp $(BUILD)/wheelhouse.stamp ## Run the tests on the newest Sphinx
	$(PY) tools/get_release.py --all
	$(PY) -m pytest -n 2 -m 'not history and not races and not browser and not diagrams and not pdf'

.PHONY: test-oldest
# What real releases say depends on no version of Sphinx: they are asked once, on the newest.
test-oldest: .venv-oldest/test.stamp ## Run the tests, but for those of real releases, on the oldest Sphinx that is supported
	$(OLDEST) -m pytest -n 2 -m 'not release and not history and not races and not browser and not diagrams and not pdf and not node and not wheel' tests

.PHONY: test-history
test-history: .venv/test.stamp ## Read every release tag of a git clone: make test-history NOVA_GIT=../nova
	$(if $(NOVA_GIT),,$(error say where the git clone is: make test-history NOVA_GIT=../nova))
	NOVA_GIT='$(abspath $(NOVA_GIT))' $(PY) -m pytest -n 2 -m history

.PHONY: test-races
test-races: .venv/test.stamp ## Switch a git clone while it is read, and kill what shares a cache: make test-races NOVA_GIT=../nova
	$(if $(NOVA_GIT),,$(error say where the git clone is: make test-races NOVA_GIT=../nova))
	NOVA_GIT='$(abspath $(NOVA_GIT))' RACES_DONE='$(abspath $(BUILD))/races' $(PY) -m pytest -n 0 -s -m races tests/test_races.py

.PHONY: test-diagrams
test-diagrams: .venv/test.stamp node_modules/test.stamp ## Let Mermaid read the diagram of every REST action; of 2013.2 too with NOVA_GIT=../nova
	$(PY) tools/get_release.py
	NOVA_GIT='$(if $(NOVA_GIT),$(abspath $(NOVA_GIT)))' $(PY) -m pytest -n 2 -m diagrams

.PHONY: test-browser
test-browser: .venv-themes/browser.stamp node_modules/test.stamp ## Look at built pages, in six themes, with Chromium or what CHROMIUM names
	.venv-themes/bin/python tools/get_release.py
	.venv-themes/bin/python -m pytest -n 0 -m browser

.PHONY: test-pdf
test-pdf: .venv/test.stamp ## Look at pages that LaTeX has set; needs latexmk, pdflatex, xelatex and poppler's tools
	$(PY) tools/get_release.py
	$(PY) -m pytest -n 2 -m pdf

.PHONY: test-epub
test-epub: docs ## Build the documentation as a book, and parse all of its files
	for builder in epub xml; do \
	  $(PY) -m sphinx -c conf/$(EDITION) -b $$builder -d '$(DOCTREES)' -q -n -W --keep-going docs "$(BUILD)/docs/$(SITE)/$$builder$(TRANSLATION:%=-%)" && \
	  $(PY) tools/check_xml.py "$(BUILD)/docs/$(SITE)/$$builder$(TRANSLATION:%=-%)" || exit 1; \
	done

.PHONY: test-themes
test-themes: .venv-themes/test.stamp ## Build the documentation with each of five themes
	.venv-themes/bin/python tools/get_release.py
	for theme in alabaster furo openstackdocs pydata_sphinx_theme sphinx_rtd_theme; do \
	  DOCS_EXTENSIONS=$$(test $$theme != openstackdocs || echo openstackdocstheme) .venv-themes/bin/python -m sphinx -q -c conf/current -b html -d '$(BUILD)/themes/doctrees' \
	    -D html_theme=$$theme -n -W --keep-going -j auto docs "$(BUILD)/themes/$$theme" || exit 1; \
	done

# Where it goes on is kept in build/fuzz; it ends with 1 where it has found something.
FUZZ_TREES ?= 10000
FUZZ_SEED ?= 1
FUZZ_JOBS ?= 2
FUZZ_MINUTES ?= 90

.PHONY: fuzz
fuzz: .venv/test.stamp ## Ask questions of 10,000 hostile trees; goes on where it was ended (FUZZ_TREES, FUZZ_SEED, FUZZ_JOBS, FUZZ_MINUTES of CPU)
	PYTHONPATH=tools:. $(PY) -P -m fuzz --trees $(FUZZ_TREES) --seed $(FUZZ_SEED) --jobs $(FUZZ_JOBS) --minutes $(FUZZ_MINUTES)

.PHONY: clean
clean: ## Remove everything that was made or downloaded
	rm -rf $(BUILD) dist node_modules .venv .venv-oldest .venv-themes .tox .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info

# The stamps make a second run do nothing, and so need no network, until what was installed is described otherwise.
# `test` installs what `docs` does and more, so that the two never take turns in changing the environment.
.venv/docs.stamp: pyproject.toml
	$(call venv,.venv)
	$(PY) -m pip install --quiet --editable '.[docs]'
	touch $@

.venv/test.stamp: pyproject.toml
	$(call venv,.venv)
	$(PY) -m pip install --quiet --editable '.[docs,test]'
	touch .venv/docs.stamp $@

.venv-themes/browser.stamp: .venv-themes/test.stamp
	.venv-themes/bin/python -m pip install --quiet --editable '.[docs,test,browser,themes]'
	touch $@

.venv-oldest/test.stamp: pyproject.toml constraints/oldest.txt
	$(call venv,.venv-oldest)
	$(OLDEST) -m pip install --quiet --constraint constraints/oldest.txt --editable '.[test]'
	touch $@

# The same with npm: Mermaid for the documentation, and what tests try diagrams on.
node_modules/docs.stamp: package.json package-lock.json
	npm ci --omit=dev
	touch $@

node_modules/test.stamp: package.json package-lock.json
	npm ci
	touch node_modules/docs.stamp $@

.venv-themes/test.stamp: pyproject.toml
	$(call venv,.venv-themes)
	.venv-themes/bin/python -m pip install --quiet --editable '.[docs,themes]'
	touch $@

# What the test of the wheel installs into its empty environment.
$(BUILD)/wheelhouse.stamp: pyproject.toml | .venv/test.stamp
	$(PY) tools/get_wheels.py
	touch $@

define venv
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
$(PYTHON) -m venv $(1)
endef
