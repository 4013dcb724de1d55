/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Typed access to the members of a scenario document, with messages that name the place.
 *
 * The first fault sticks to the reader; every access after it does nothing and returns a harmless value. So a
 * section reads straight through and whoever began asks the reader once at the end.
 */
#ifndef BATCH_WORKLOADS_SCENARIO_NODE_H
#define BATCH_WORKLOADS_SCENARIO_NODE_H

#include "scheduler/error.h"
#include "workloads/scenario_line.h"

#include <jansson.h>

/** A value that came from the command line: where it went, and the words it was given in. */
struct workload_override {
    struct workload_path path; /**< Names replaced by indices; keys point into `text`. */
    char *text;                /**< Owned. */
    const char *written;       /**< Borrowed: "path=value". */
};

/** One loading of a document. */
struct workload_reader {
    const char *name;   /**< Of the file, for messages. */
    const char *folder; /**< Where relative paths of the document start. */
    const char *bytes;
    size_t size;
    json_t *root;
    struct workload_override *overrides;
    size_t override_count;
    struct batch_error *error; /**< May be NULL. */
    enum batch_rc rc;          /**< BATCH_OK until the first fault. */
};

/** A place in the document. Lives on the stack; parents must outlive children. */
struct workload_node {
    struct workload_reader *reader;
    const struct workload_node *parent; /**< NULL: the document. */
    const char *key;                    /**< NULL: an array element (or the document). */
    size_t index;
    json_t *value; /**< Borrowed; NULL when absent. */
};

enum workload_key_rule {
    WORKLOAD_KEY_READ = 0,
    WORKLOAD_KEY_IGNORED = 1,    /**< AWS prints it; it means nothing here. */
    WORKLOAD_KEY_UNMODELLED = 2, /**< It would change behaviour: refused unless empty. */
};

struct workload_key {
    const char *name; /**< NULL ends a table. */
    enum workload_key_rule rule;
};

struct workload_node workload_node_root(struct workload_reader *reader);
/** Absent when the member is, and when @p object is absent itself. */
struct workload_node workload_node_member(const struct workload_node *object, const char *key);
struct workload_node workload_node_element(const struct workload_node *array, size_t index);

bool workload_node_given(const struct workload_node *node);
bool workload_node_is_override(const struct workload_node *node);
void workload_node_path(const struct workload_node *node, struct workload_path *path);

/** Report a fault at @p node: "FILE:LINE: PATH: ...". Only the first is kept. */
void workload_node_fail(const struct workload_node *node, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** Report "expected @p expected; got what is there". */
void workload_node_expect(const struct workload_node *node, const char *expected);
void workload_node_fail_memory(struct workload_reader *reader);
/** What is there in a few words: `the number 3`, `"abc"`, `an object`, `nothing`. */
void workload_value_describe(const json_t *value, char *buffer, size_t size);

/** An object (or absent, which is fine) whose keys are all in @p keys; others are faults with a suggestion. */
void workload_node_check_keys(const struct workload_node *node, const struct workload_key *keys);
/** True when a value is there. */
bool workload_node_require(const struct workload_node *node, const char *expected);
/** How many elements; 0 after a fault. @p what names them: "queues". */
size_t workload_node_count(const struct workload_node *node, size_t min, size_t max, const char *what);

int64_t workload_node_integer(const struct workload_node *node, int64_t min, int64_t max);
int64_t workload_node_integer_or(const struct workload_node *node, int64_t min, int64_t max, int64_t fallback);
double workload_node_number(const struct workload_node *node, double min, double max);
double workload_node_number_or(const struct workload_node *node, double min, double max, double fallback);
/** As workload_node_number, but zero is a fault too. */
double workload_node_positive(const struct workload_node *node, double max);
/** Seconds from 0 to @p max_s as microseconds, rounded to the nearest. */
int64_t workload_node_seconds_us_or(const struct workload_node *node, double max_s, double fallback_s);

/** Borrowed; "" after a fault. At most @p max bytes. */
const char *workload_node_text(const struct workload_node *node, size_t max);
/** The same copied into @p buffer; @p fallback (may be NULL: required) when absent. */
void workload_node_text_copy(const struct workload_node *node, const char *fallback, char *buffer, size_t size);
/** A name by AWS's rules (reference 2.1, section 9). @p buffer takes WORKLOAD_NAME_MAX bytes. */
void workload_node_name(const struct workload_node *node, char *buffer);

/**
 * One of @p words (NULL-terminated): its index. Absent: @p fallback, or a fault when that is negative.
 *
 * @param unmodelled  Words of AWS's that this version does not model; may be NULL.
 */
int workload_node_word(const struct workload_node *node, const char *const *words, const char *const *unmodelled,
                       int fallback);

/** The nearest of @p count words within a few edits, capitals aside; NULL when none is near. */
const char *workload_word_nearest(const char *word, const char *const *words, size_t count);
/** "a, b, c" into @p buffer, with "..." when it does not fit. */
void workload_words_join(const char *const *words, size_t count, char *buffer, size_t size);

/** A copy on the heap; NULL (and the fault noted) without memory. */
char *workload_reader_copy(struct workload_reader *reader, const char *text);
/** Zeroed array on the heap of at least one element; NULL (and the fault noted) without memory. */
void *workload_reader_allocate(struct workload_reader *reader, size_t count, size_t size);

#endif
