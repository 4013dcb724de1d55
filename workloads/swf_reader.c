/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Telling rows from comments, counting lines, and wording faults.
 */
#include "workloads/swf_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void workload_swf_reader_init(struct workload_swf_reader *reader, struct workload_input *input,
                              struct workload_header *header)
{
    *reader = (struct workload_swf_reader){.input = input, .header = header};
    workload_header_init(header);
}

/** A token fit for a message: printable and short. */
static void quote(const char *token, size_t size, char *to, size_t room)
{
    enum { SHOWN_MAX = 24 };
    size_t used = 0;
    for (size_t i = 0; i < size && i < SHOWN_MAX && used + 5 < room; i++) {
        unsigned char byte = (unsigned char)token[i];
        bool is_printable = byte >= 0x20 && byte < 0x7f;
        int part = snprintf(to + used, room - used, is_printable ? "%c" : "\\x%02x", byte);
        used += (size_t)part;
    }
    (void)snprintf(to + used, room - used, "%s", size > SHOWN_MAX ? "..." : "");
}

static enum batch_rc report(const struct workload_swf_reader *reader, const struct workload_swf_fault *fault,
                            struct batch_error *error)
{
    const char *name = workload_input_name(reader->input);
    if (fault->kind == WORKLOAD_SWF_BINARY) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%s:%" PRIu64 ": field %d holds a byte that is no text: expected an SWF log (rows of "
                               "18 numbers); is the file damaged or of another kind?",
                               name, reader->line, fault->field);
    }
    const char *field = workload_swf_field_name(fault->field);
    if (fault->kind == WORKLOAD_SWF_MISSING) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%s:%" PRIu64 ": field %d (%s) is missing: expected 18 numbers separated by blanks; "
                               "complete the row (-1 stands for unknown) or remove it",
                               name, reader->line, fault->field, field);
    }
    char token[128];
    quote(fault->token, fault->token_size, token, sizeof token);
    if (fault->kind == WORKLOAD_SWF_TOO_BIG) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%s:%" PRIu64 ": field %d (%s) is %s: expected a number of at most 64 bits; correct the "
                               "row or remove it",
                               name, reader->line, fault->field, field, token);
    }
    return batch_error_set(error, BATCH_E_INPUT,
                           "%s:%" PRIu64 ": field %d (%s) is \"%s\": expected a whole number; correct the row (-1 "
                           "stands for unknown), or begin the line with ; if it is a comment",
                           name, reader->line, fault->field, field, token);
}

static bool is_text(const char *bytes, size_t size)
{
    return memchr(bytes, '\0', size) == NULL;
}

static enum batch_rc report_long_line(const struct workload_swf_reader *reader, const char *line, size_t size,
                                      struct batch_error *error)
{
    return batch_error_set(error, BATCH_E_INPUT,
                           "%s:%" PRIu64 ": %s longer than %d bytes: expected an SWF log (rows of 18 numbers); is the "
                           "file damaged or of another kind?",
                           workload_input_name(reader->input), reader->line,
                           is_text(line, size) ? "the line is" : "the line is binary and", WORKLOAD_INPUT_LINE_MAX);
}

/** Take the comment that begins with the semicolon at @p first. */
static enum batch_rc read_comment(struct workload_swf_reader *reader, const char *first, struct batch_error *error)
{
    const char *newline = memchr(first, '\n', (size_t)(reader->end - first));
    size_t size = (size_t)(newline - first);
    if (!is_text(first, size)) {
        return batch_error_set(error, BATCH_E_INPUT,
                               "%s:%" PRIu64 ": the comment holds a byte that is no text: expected an SWF log; is the "
                               "file damaged or of another kind?",
                               workload_input_name(reader->input), reader->line);
    }
    workload_header_read(reader->header, first, size);
    reader->at = newline + 1;
    return BATCH_OK;
}

/** Take the line at hand, of whatever kind; @p is_row says whether it filled @p record. */
static enum batch_rc read_line(struct workload_swf_reader *reader, struct workload_swf_record *record, bool *is_row,
                               struct batch_error *error)
{
    const char *line = reader->at;
    const char *first = line;
    while (*first == ' ' || *first == '\t' || *first == '\r') {
        first++;
    }
    *is_row = *first != '\n' && *first != ';';
    if (*is_row) {
        struct workload_swf_fault fault;
        reader->at = workload_swf_parse(first, record, &fault);
        if (reader->at == NULL) {
            return report(reader, &fault, error);
        }
    } else if (*first == '\n') {
        reader->at = first + 1;
    } else if (read_comment(reader, first, error) != BATCH_OK) {
        return BATCH_E_INPUT;
    }
    size_t size = (size_t)(reader->at - line) - 1;
    return size <= WORKLOAD_INPUT_LINE_MAX ? BATCH_OK : report_long_line(reader, line, size, error);
}

enum batch_source_result workload_swf_reader_next(struct workload_swf_reader *reader,
                                                  struct workload_swf_record *record, struct batch_error *error)
{
    bool is_row = false;
    while (!is_row) {
        if (reader->at == reader->end) {
            if (workload_input_lines(reader->input, &reader->at, &reader->end, error) != BATCH_OK) {
                return BATCH_SOURCE_FAILED;
            }
            if (reader->at == reader->end) {
                return BATCH_SOURCE_END;
            }
        }
        reader->line++;
        if (reader->end[-1] != '\n') {
            (void)report_long_line(reader, reader->at, (size_t)(reader->end - reader->at), error);
            return BATCH_SOURCE_FAILED;
        }
        if (read_line(reader, record, &is_row, error) != BATCH_OK) {
            return BATCH_SOURCE_FAILED;
        }
    }
    return BATCH_SOURCE_JOB;
}
