/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Results files: HDF5 with one packet table per kind of row, the summary, the scenario and a manifest.
 *
 * Equal runs give equal bytes. A file appears under its name only when it is whole, checked and on the disk.
 */
#ifndef BATCH_HARNESS_RESULTS_H
#define BATCH_HARNESS_RESULTS_H

#include "harness/rows.h"
#include "harness/summary.h"

/** Raised when a column changes; files of another version are refused. */
enum { HARNESS_RESULTS_VERSION = 1 };

enum harness_table {
    HARNESS_TABLE_JOBS = 0,
    HARNESS_TABLE_ATTEMPTS = 1,
    HARNESS_TABLE_INSTANCES = 2,
    HARNESS_TABLE_TIMESERIES = 3,
    HARNESS_TABLE_BILL = 4,
    HARNESS_TABLE_POOLS = 5,
    HARNESS_TABLE_QUEUES = 6,
    HARNESS_TABLE_ENVIRONMENTS = 7,
    HARNESS_TABLE_DEFINITIONS = 8,
    HARNESS_TABLE_COUNT = 9,
};

enum harness_column_kind {
    HARNESS_COLUMN_U8,
    HARNESS_COLUMN_U16,
    HARNESS_COLUMN_U32,
    HARNESS_COLUMN_U64,
    HARNESS_COLUMN_I16,
    HARNESS_COLUMN_I32,
    HARNESS_COLUMN_I64,
    HARNESS_COLUMN_TEXT,
};

struct harness_column {
    const char *name;
    enum harness_column_kind kind;
    uint32_t offset;
    uint32_t size;
    const char *unit;         /**< "us", "usd_nano", "vcpu_milli", "number" ... */
    const char *const *words; /**< What the codes mean, ended by NULL; NULL: not a code. */
};

struct harness_table_description {
    const char *name; /**< "jobs" */
    const struct harness_column *columns;
    uint32_t column_count;
    uint32_t row_size;
    uint32_t batch_rows; /**< Rows of a batch and of a chunk. */
};

/** Never NULL. */
const struct harness_table_description *harness_table_describe(enum harness_table table);

/** The table called @p name, or HARNESS_TABLE_COUNT. */
enum harness_table harness_table_find(const char *name);

/* ---- Writing ---- */

struct harness_results;

/** Open "<path>.PID.partial". BATCH_E_IO names it and the cause. */
enum batch_rc harness_results_create(const char *path, bool compresses, struct harness_results **ret,
                                     struct batch_error *error);

/** Copy one row of the table's row_size. BATCH_E_IO: the disk is full, say; the file can then only be destroyed. */
enum batch_rc harness_results_append(struct harness_results *results, enum harness_table table, const void *row,
                                     struct batch_error *error);

/** Attributes of the object at @p object ("/" is the manifest). */
enum batch_rc harness_results_put_text(struct harness_results *results, const char *object, const char *name,
                                       const char *text, struct batch_error *error);
enum batch_rc harness_results_put_i64(struct harness_results *results, const char *object, const char *name,
                                      int64_t value, struct batch_error *error);
enum batch_rc harness_results_put_u64(struct harness_results *results, const char *object, const char *name,
                                      uint64_t value, struct batch_error *error);
enum batch_rc harness_results_put_f64(struct harness_results *results, const char *object, const char *name,
                                      double value, struct batch_error *error);

/** A scalar text of any length as a dataset of its own. */
enum batch_rc harness_results_write_text(struct harness_results *results, const char *object, const char *text,
                                         struct batch_error *error);

/** Write the rest, close, read the row counts back, force to the disk, rename. Only destroy may follow. */
enum batch_rc harness_results_close(struct harness_results *results, struct batch_error *error);

/** Free; removes the partial file unless close has succeeded. NULL is legal. */
void harness_results_destroy(struct harness_results *results);

/* ---- Reading ---- */

struct harness_reader;

/** BATCH_E_INPUT: not a results file, damaged, or of another version; the text names the file. */
enum batch_rc harness_reader_open(const char *path, struct harness_reader **ret, struct batch_error *error);
void harness_reader_close(struct harness_reader *reader);

uint64_t harness_reader_count(const struct harness_reader *reader, enum harness_table table);

/** Rows @p start to start + count - 1, which must exist, into @p rows (packed structs of rows.h). */
enum batch_rc harness_reader_read(struct harness_reader *reader, enum harness_table table, uint64_t start, size_t count,
                                  void *rows, struct batch_error *error);

/** The text of "/summary" or "/scenario"; owned by the caller (free). */
enum batch_rc harness_reader_text(struct harness_reader *reader, const char *object, char **ret,
                                  struct batch_error *error);

/** As it was printed; released by the caller. */
enum batch_rc harness_reader_summary(struct harness_reader *reader, struct harness_summary *summary,
                                     struct batch_error *error);

#endif
