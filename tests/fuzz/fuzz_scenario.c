/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Any bytes as a scenario document; what follows the first NUL is taken as overrides, separated by NULs.
 *
 * A refusal must say why, an acceptance must give a document that is accepted again in its canonical form.
 */
#include "scheduler/host.h"
#include "workloads/scenario.h"

#include <stdlib.h>
#include <string.h>

enum { SETS_MAX = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Overrides in the tail, which ends with a NUL of our own. */
static size_t split_sets(const char *tail, size_t size, const char **sets)
{
    size_t count = 0;
    for (size_t at = 0; at < size && count < SETS_MAX; at += strlen(tail + at) + 1) {
        sets[count++] = tail + at;
    }
    return count;
}

static void check_canonical(const struct workload_scenario *scenario)
{
    struct workload_scenario *again = NULL;
    enum batch_rc rc =
        workload_scenario_parse("again", "", scenario->canonical, strlen(scenario->canonical), NULL, 0, &again, NULL);
    BATCH_ASSERT(NULL, rc == BATCH_OK && strcmp(again->canonical, scenario->canonical) == 0);
    workload_scenario_destroy(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (text == NULL) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    size_t length = strlen(text);
    const char *sets[SETS_MAX];
    size_t count = length < size ? split_sets(text + length + 1, size - length - 1, sets) : 0;

    struct workload_scenario *scenario = NULL;
    struct batch_error error = {BATCH_OK, ""};
    enum batch_rc rc = workload_scenario_parse("doc", "folder", text, length, sets, count, &scenario, &error);
    if (rc == BATCH_OK) {
        check_canonical(scenario);
        workload_scenario_destroy(scenario);
    } else {
        BATCH_ASSERT(NULL, scenario == NULL && error.rc == rc && error.text[0] != '\0');
    }
    free(text);
    return 0;
}
