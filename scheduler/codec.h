/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * The one canonical encoding of events and commands: 64-bit little-endian words.
 *
 * Used by journals, goldens and the digest alike, so that "the same commands" has one meaning.
 */
#ifndef BATCH_SCHEDULER_CODEC_H
#define BATCH_SCHEDULER_CODEC_H

#include "scheduler/command.h"
#include "scheduler/error.h"
#include "scheduler/event.h"

/**
 * Encode @p event into @p words.
 *
 * @param words  Room for @p capacity words, or NULL to learn the size.
 * @return the number of words needed; nothing is written when it is over @p capacity.
 */
size_t batch_event_encode(const struct batch_event *event, uint64_t *words, size_t capacity);

/**
 * Decode one event from the front of @p words.
 *
 * @param event  Texts and arrays in it point into @p words.
 * @param used   Set on success to the words consumed.
 * @return BATCH_OK or BATCH_E_INPUT; the encoding is canonical, so anything that would not encode back to the
 *         same words is refused.
 */
enum batch_rc batch_event_decode(const uint64_t *words, size_t count, struct batch_event *event, size_t *used,
                                 struct batch_error *error);

/** As batch_event_encode; never more than BATCH_COMMAND_WORDS_MAX words. */
size_t batch_command_encode(const struct batch_command *command, uint64_t *words, size_t capacity);
enum { BATCH_COMMAND_WORDS_MAX = 10 };

enum batch_rc batch_command_decode(const uint64_t *words, size_t count, struct batch_command *command, size_t *used,
                                   struct batch_error *error);

#endif
