/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * One line of the Standard Workload Format (Parallel Workloads Archive, version 2.2). Pure.
 */
#ifndef BATCH_WORKLOADS_SWF_H
#define BATCH_WORKLOADS_SWF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Fields by their number in the format; -1 stands for "unknown" in all of them. */
enum workload_swf_field {
    WORKLOAD_SWF_JOB = 1,
    WORKLOAD_SWF_SUBMIT = 2,        /**< Seconds since the log began. */
    WORKLOAD_SWF_WAIT = 3,          /**< Seconds. */
    WORKLOAD_SWF_RUN = 4,           /**< Seconds. */
    WORKLOAD_SWF_ALLOCATED = 5,     /**< Processors the job had. */
    WORKLOAD_SWF_CPU = 6,           /**< Average seconds per processor; a fraction in some logs. */
    WORKLOAD_SWF_MEMORY = 7,        /**< Used, KB per processor. */
    WORKLOAD_SWF_REQUESTED = 8,     /**< Processors asked for. */
    WORKLOAD_SWF_ESTIMATE = 9,      /**< Run time asked for, seconds. */
    WORKLOAD_SWF_MEMORY_ASKED = 10, /**< KB per processor. */
    WORKLOAD_SWF_QUEUE = 15,        /**< Number of the log's own queue. */
    WORKLOAD_SWF_FIELDS = 18,
};

struct workload_swf_record {
    int64_t fields[WORKLOAD_SWF_FIELDS + 1]; /**< By number; 0 is not used. A fraction is cut off. */
    uint32_t fractional;                     /**< Bit n: field n had a fraction. */
    bool has_extra;                          /**< More than 18 fields; the rest was not looked at. */
};

enum workload_swf_fault_kind {
    WORKLOAD_SWF_MISSING = 1,    /**< The line ends before the field. */
    WORKLOAD_SWF_NOT_NUMBER = 2, /**< Anything but [-]digits[.digits]. */
    WORKLOAD_SWF_TOO_BIG = 3,    /**< Does not fit 64 bits. */
    WORKLOAD_SWF_BINARY = 4,     /**< A byte that is no text. */
};

struct workload_swf_fault {
    enum workload_swf_fault_kind kind;
    int field;         /**< From 1. */
    const char *token; /**< Within the line. */
    size_t token_size;
};

/**
 * Read the data row that begins at @p line and ends with the first newline, which must be there.
 *
 * @return the beginning of the next line; NULL when the row is wrong: @p fault then says how, and @p record is
 *         undefined. No byte after the newline is read.
 */
const char *workload_swf_parse(const char *line, struct workload_swf_record *record, struct workload_swf_fault *fault);

/** What the header directives said; absent numbers are -1, absent text "". The first of several counts. */
struct workload_header {
    char computer[128];
    char version[32];
    int64_t max_jobs, max_records, max_procs, max_nodes, unix_start_time;
    uint64_t directives; /**< How many "; Key: value" lines were met. */
};

/** All absent. */
void workload_header_init(struct workload_header *header);

/**
 * Take note of a comment line of @p size bytes (without its newline) that begins with a semicolon. One that is no
 * directive, or whose number is none, tells nothing: the header only informs.
 */
void workload_header_read(struct workload_header *header, const char *line, size_t size);

/** "allocated processors" for 5 and so on. */
const char *workload_swf_field_name(int field);

#endif
