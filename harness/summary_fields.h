/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The keys of the summary and where their values lie: one list for printing, reading back and attributes.
 */
#ifndef BATCH_HARNESS_SUMMARY_FIELDS_H
#define BATCH_HARNESS_SUMMARY_FIELDS_H

#include "harness/summary.h"

enum harness_field_kind {
    HARNESS_FIELD_COUNT, /**< uint64_t */
    HARNESS_FIELD_REAL,  /**< double */
    HARNESS_FIELD_MONEY, /**< int64_t nano-dollars, printed as dollars with nine decimals. */
};

struct harness_field {
    const char *key;
    enum harness_field_kind kind;
    size_t offset; /**< In struct harness_figures or struct harness_costs. */
};

struct harness_field_list {
    const struct harness_field *fields;
    size_t count;
};

/** Members of struct harness_figures. */
struct harness_field_list harness_figures_fields(void);
/** Members of struct harness_costs. */
struct harness_field_list harness_costs_fields(void);

/** The field's value within @p base, which is the struct of its list. */
uint64_t harness_field_count(const struct harness_field *field, const void *base);
double harness_field_real(const struct harness_field *field, const void *base);
int64_t harness_field_money(const struct harness_field *field, const void *base);

#endif
