/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Whether a failed attempt is tried again: evaluateOnExit (reference 2.4).
 */
#include "scheduler/internal.h"

#include <stdio.h>
#include <string.h>

/** A pattern may end in one `*` (then it is a prefix); otherwise the whole text must be equal, case included. */
static bool pattern_matches(const char *pattern, uint32_t length, const char *text, uint32_t text_length)
{
    if (length > 0 && pattern[length - 1] == '*') {
        return text_length >= length - 1 && memcmp(pattern, text, length - 1) == 0;
    }
    return text_length == length && (length == 0 || memcmp(pattern, text, length) == 0);
}

static bool rule_matches(const struct batch_core *core, const struct batch_rule *rule, const struct batch_text texts[3])
{
    const char *patterns = core->arenas[BATCH_ARENA_TEXTS].items;
    for (int k = 0; k < 3; k++) {
        if (rule->lengths[k] != BATCH_NO_SLOT &&
            !pattern_matches(patterns + rule->patterns[k], rule->lengths[k], texts[k].bytes, texts[k].length)) {
            return false;
        }
    }
    return true;
}

enum batch_rc batch_reason_check(struct batch_text reason, struct batch_error *error)
{
    if (reason.length > BATCH_REASON_BYTES_MAX || (reason.length > 0 && reason.bytes == NULL)) {
        return batch_error_set(error, BATCH_E_INPUT, "a reason must be at most %d bytes, not %u",
                               BATCH_REASON_BYTES_MAX, reason.length);
    }
    return BATCH_OK;
}

bool batch_retry_is_granted(const struct batch_core *core, const struct batch_job *job,
                            const struct batch_attempt_end *end, uint64_t instance)
{
    const struct batch_definition *definition = batch_definition_at(core, job->definition);
    if (job->attempt_count >= definition->attempts) {
        return false;
    }
    char status[BATCH_TEXT_MAX];
    char code[16] = "";
    size_t status_length = batch_reason_text(end->reason, instance, status, sizeof status);
    if (end->exit_code != BATCH_EXIT_CODE_NONE) {
        (void)snprintf(code, sizeof code, "%d", (int)end->exit_code);
    }
    const struct batch_text texts[3] = {
        {.bytes = status, .length = (uint32_t)status_length},
        {.bytes = end->text.length > 0 ? end->text.bytes : "", .length = end->text.length},
        {.bytes = code, .length = (uint32_t)strlen(code)},
    };
    for (uint32_t i = 0; i < definition->rule_count; i++) {
        if (rule_matches(core, &definition->rules[i], texts)) {
            return definition->rules[i].action == BATCH_RETRY_RETRY;
        }
    }
    return true;
}
