# Everything starts here; only Python 3.11 or newer and make are needed. `make help` lists the targets.

PYTHON ?= python3
VENV ?= .venv
UV ?= uv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

# Tests and lint work in folders of their own and ignore the user's settings.
TEST_DATA := $(CURDIR)/target/test_data
SPARK_DATA := $(CURDIR)/target/spark_data
TRUTH_DATA := $(CURDIR)/target/truth_data
# Most tests wait for dbt, which uses one processor. The tests of a file share what they build.
TEST_PROCESSES ?= 2
# More than this DuckDB keeps on disk while the simulations are built.
TRUTH_MEMORY := 11GB
OWN_ENVIRONMENT := env -u CSAT_FRAMEWORK_DIR -u CSAT_SEED_PATH -u CSAT_WAREHOUSE -u CSAT_KEY -u CSAT_KEY_FILE
SQL_FOLDERS := $(wildcard models tests analyses)

.DEFAULT_GOAL := help
.PHONY: help demo postgres test lint spark truth lock clean
.DELETE_ON_ERROR:

help:
	@echo "make demo    install into $(VENV), make sample data, gate, build, publish and print the ranking"
	@echo "make test    lint, build the sample with all data tests, run the Python tests"
	@echo "make lint    ruff, the framework check and sqlfluff"
	@echo "make postgres  install the driver that reads tables of a PostgreSQL database"
	@echo "make spark   install the Spark extra (needs Java 17), build a small sample on Spark, compare with DuckDB"
	@echo "make truth   simulate data with a known truth, build it and compare (long; needs about 12 GB)"
	@echo "make lock    compile requirements/*.lock anew from pyproject.toml with uv"
	@echo "make clean   delete target/ and caches; data/ and $(VENV) stay"

$(VENV)/.base-stamp: requirements/base.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "csat needs Python 3.11 or newer and $(PYTHON) is not; name another, such as make demo PYTHON=python3.12." >&2; exit 1; }
	@echo "Making the environment in $(VENV) from requirements/base.lock ..."
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "$(PYTHON) cannot make environments; install its venv module (Debian: python3-venv)." >&2; exit 1; }
	@$(PIP) --require-hashes --requirement requirements/base.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev-stamp: requirements/dev.lock $(VENV)/.base-stamp
	@echo "Adding the tools for tests and lint from requirements/dev.lock ..."
	@$(PIP) --require-hashes --requirement requirements/dev.lock
	@touch $@

$(VENV)/.spark-stamp: requirements/spark.lock $(VENV)/.dev-stamp
	@echo "Adding Spark from requirements/spark.lock (about 480 MB) ..."
	@$(PIP) --require-hashes --requirement requirements/spark.lock
	@touch $@

postgres: $(VENV)/.base-stamp
	@echo "Adding the PostgreSQL driver from requirements/postgres.lock ..."
	@$(PIP) --require-hashes --requirement requirements/postgres.lock

demo: $(VENV)/.base-stamp
	@$(BIN)/csat demo

lint: $(VENV)/.dev-stamp
	@echo "Linting Python ..."
	@$(BIN)/ruff check --quiet scripts tests
	@echo "Checking the framework ..."
	@$(OWN_ENVIRONMENT) $(BIN)/csat check
	@echo "Linting SQL ..."
	@mkdir -p target
	@# At exit duckdb's bindings report leaks on stderr, which mean nothing; other lines there are shown.
	@$(OWN_ENVIRONMENT) CSAT_SEED_PATH=seeds/framework CSAT_WAREHOUSE=target/lint.duckdb \
		DBT_TARGET_PATH=target/lint DBT_LOG_PATH=target/lint \
		$(BIN)/sqlfluff lint --disable-progress-bar --processes 0 $(SQL_FOLDERS) 2> target/sqlfluff.err || \
		{ grep -v -e nanobind -e '^ - ' target/sqlfluff.err >&2; exit 1; }

test: lint
	@echo "Building the sample with all data tests in $(TEST_DATA) ..."
	@rm -rf $(TEST_DATA)
	@$(OWN_ENVIRONMENT) CSAT_DATA_DIR=$(TEST_DATA) $(BIN)/csat demo
	@$(OWN_ENVIRONMENT) CSAT_DATA_DIR=$(TEST_DATA) $(BIN)/csat sample --check
	@echo "Running the Python tests ..."
	@$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder -m "not spark"

# Unit tests ran in `make test`. The data tests run on DuckDB; on Spark, at seconds a test, comparing stands for them.
spark: $(VENV)/.spark-stamp
	@command -v java > /dev/null || [ -n "$$JAVA_HOME" ] || \
		{ echo "Spark needs Java 17; install it (Debian: openjdk-17-jre-headless) or set JAVA_HOME." >&2; exit 1; }
	@echo "Building a small sample on DuckDB and on Spark in $(SPARK_DATA) ..."
	@rm -rf $(SPARK_DATA)
	@$(OWN_ENVIRONMENT) DBT_EXCLUDE_RESOURCE_TYPES=unit_test CSAT_DATA_DIR=$(SPARK_DATA) \
		$(BIN)/csat demo --scale 0.05
	@$(OWN_ENVIRONMENT) CSAT_DATA_DIR=$(SPARK_DATA) $(BIN)/csat build --target spark --no-tests --verbose
	@echo "Comparing the two ..."
	@CSAT_TEST_SPARK_DATA=$(SPARK_DATA) $(BIN)/python -m pytest -m spark

# CSAT_TEST_TRUTH_SCALE=0.05 makes a trial run, too small for verdicts.
truth: $(VENV)/.dev-stamp
	@echo "Simulating, building and comparing in $(TRUTH_DATA) ..."
	@rm -rf $(TRUTH_DATA)
	@mkdir -p $(TRUTH_DATA)
	@$(OWN_ENVIRONMENT) CSAT_TEST_TRUTH_DATA=$(TRUTH_DATA) CSAT_MEMORY_LIMIT=$(TRUTH_MEMORY) \
		$(BIN)/python -m pytest tests/truth -m truth -s

# Universal locks (every platform and Python from 3.11 on); the smaller sets take their versions from the largest.
# Extras are kept in the lines, because pip's hash mode refuses a requirement such as dbt-spark[session] otherwise.
COMPILE := $(UV) pip compile --universal --generate-hashes --no-strip-extras --no-emit-index-url \
	--no-annotate --no-header --python-version 3.11 --quiet pyproject.toml

lock:
	@echo "Compiling requirements/spark.lock, dev.lock, postgres.lock and base.lock ..."
	@$(COMPILE) --extra dev --extra postgres --extra spark --output-file requirements/spark.lock
	@$(COMPILE) --extra dev --extra postgres --constraints requirements/spark.lock --output-file requirements/dev.lock
	@$(COMPILE) --extra postgres --constraints requirements/spark.lock --output-file requirements/postgres.lock
	@$(COMPILE) --constraints requirements/spark.lock --output-file requirements/base.lock

clean:
	@echo "Deleting target/ and caches; data/ and $(VENV) stay ..."
	@rm -rf target .pytest_cache .ruff_cache
