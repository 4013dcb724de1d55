/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Draws one line over itself on a terminal; silent everywhere else. */
#define _POSIX_C_SOURCE 200809L
#include "harness/progress.h"

#include <math.h>
#include <time.h>
#include <unistd.h>

enum { BAR_CELLS = 20 };
static const double redraw_s = 0.1;

static double wall_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void format_span(double seconds, char *text, size_t size)
{
    double days = floor(seconds / 86400.0);
    double rest = seconds - days * 86400.0;
    int hours = (int)(rest / 3600.0);
    int minutes = (int)(rest / 60.0) % 60;
    int whole = (int)rest % 60;
    if (days >= 1.0) {
        (void)snprintf(text, size, "%.0f d %02d:%02d", days, hours, minutes);
    } else {
        (void)snprintf(text, size, "%d:%02d:%02d", hours, minutes, whole);
    }
}

void harness_progress_format(const struct harness_progress_state *state, double elapsed_s, char *line, size_t size)
{
    char virtual_time[40];
    format_span((double)state->now_us / 1e6, virtual_time, sizeof virtual_time);
    double rate = elapsed_s > 0.0 ? (double)state->jobs_ended / elapsed_s : 0.0;
    if (state->share_done < 0.0) {
        (void)snprintf(line, size, "virtual time %s, %llu jobs done, %.0f jobs/s", virtual_time,
                       (unsigned long long)state->jobs_ended, rate);
        return;
    }
    double share = fmin(state->share_done, 1.0);
    char bar[BAR_CELLS + 1];
    for (int cell = 0; cell < BAR_CELLS; cell++) {
        bar[cell] = (double)cell + 0.5 <= share * BAR_CELLS ? '#' : '.';
    }
    bar[BAR_CELLS] = '\0';
    char left[40] = "?";
    if (share > 0.0) {
        format_span(ceil(elapsed_s * (1.0 - share) / share), left, sizeof left);
    }
    (void)snprintf(line, size, "[%s] %3.0f %%, virtual time %s, %llu jobs done, %.0f jobs/s, %s left", bar,
                   floor(share * 100.0), virtual_time, (unsigned long long)state->jobs_ended, rate, left);
}

struct harness_progress harness_progress_begin(FILE *out, bool is_wanted)
{
    double now = wall_s();
    bool draws = is_wanted && isatty(fileno(out)) == 1;
    return (struct harness_progress){.out = draws ? out : NULL, .started_s = now, .drawn_s = now};
}

void harness_progress_update(struct harness_progress *progress, const struct harness_progress_state *state)
{
    if (progress->out == NULL) {
        return;
    }
    double now = wall_s();
    if (now - progress->drawn_s < redraw_s) {
        return;
    }
    char line[HARNESS_PROGRESS_LINE_MAX];
    harness_progress_format(state, now - progress->started_s, line, sizeof line);
    (void)fprintf(progress->out, "\r%s\033[K", line);
    (void)fflush(progress->out);
    progress->drawn_s = now;
    progress->is_drawn = true;
}

void harness_progress_end(struct harness_progress *progress)
{
    if (progress->is_drawn) {
        (void)fprintf(progress->out, "\r\033[K");
        (void)fflush(progress->out);
        progress->is_drawn = false;
    }
}
