/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file Starts gnuplot in its working folder, where every file has a plain name. */
#define _XOPEN_SOURCE 700
#include "harness/gnuplot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_NOT_STARTED = 127, WORDS_MAX = 300 };
static const char words_name[] = "gnuplot.err";

static enum batch_rc join(char path[HARNESS_PATH_MAX], const char *folder, const char *name, struct batch_error *error)
{
    int length = snprintf(path, HARNESS_PATH_MAX, "%s/%s", folder, name);
    if (length > 0 && length < HARNESS_PATH_MAX) {
        return BATCH_OK;
    }
    return batch_error_set(error, BATCH_E_IO, "%.300s: the path is too long", folder);
}

enum batch_rc harness_gnuplot_open(struct harness_gnuplot *gnuplot, const char *target, const char *plots,
                                   struct batch_error *error)
{
    if (realpath(plots, gnuplot->plots) == NULL) {
        return batch_error_set(error, BATCH_E_INPUT, "%s: the plot scripts are missing: %s; install again", plots,
                               strerror(errno));
    }
    if (mkdir(target, 0777) != 0 && errno != EEXIST) {
        return batch_error_set(error, BATCH_E_IO, "%s: cannot be made: %s", target, strerror(errno));
    }
    enum batch_rc rc = join(gnuplot->folder, target, ".batchlab-XXXXXX", error);
    if (rc == BATCH_OK && mkdtemp(gnuplot->folder) == NULL) {
        rc = batch_error_set(error, BATCH_E_IO, "%s: cannot be written to: %s", target, strerror(errno));
    }
    return rc;
}

void harness_gnuplot_close(struct harness_gnuplot *gnuplot)
{
    DIR *folder = opendir(gnuplot->folder);
    for (struct dirent *entry = NULL; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    (void)rmdir(gnuplot->folder);
}

FILE *harness_gnuplot_create(const struct harness_gnuplot *gnuplot, const char *name, struct batch_error *error)
{
    char path[HARNESS_PATH_MAX];
    if (join(path, gnuplot->folder, name, error) != BATCH_OK) {
        return NULL;
    }
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        (void)batch_error_set(error, BATCH_E_IO, "%s: cannot be made: %s", path, strerror(errno));
    }
    return file;
}

enum batch_rc harness_gnuplot_finish(FILE *file, struct batch_error *error)
{
    int failed = ferror(file);
    errno = 0;
    if (fclose(file) == 0 && failed == 0) {
        return BATCH_OK;
    }
    return batch_error_set(error, BATCH_E_IO, "data for gnuplot cannot be written: %s", strerror(errno));
}

void harness_gnuplot_put_text(FILE *file, const char *name, const char *text)
{
    (void)fprintf(file, "%s = '", name);
    for (const char *next = text; *next != '\0'; next++) {
        unsigned char character = (unsigned char)*next;
        if (character == '\'') {
            (void)fputs("''", file);
        } else {
            (void)fputc(character < ' ' ? ' ' : character, file);
        }
    }
    (void)fputs("'\n", file);
}

/** In the child: never returns. */
static void become_gnuplot(const struct harness_gnuplot *gnuplot, char *const arguments[])
{
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    int words = -1;
    if (chdir(gnuplot->folder) == 0) {
        words = open(words_name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    }
    if (words >= 0 && dup2(words, STDERR_FILENO) >= 0 && dup2(words, STDOUT_FILENO) >= 0) {
        (void)execvp(arguments[0], arguments);
    }
    _exit(EXIT_NOT_STARTED);
}

/** The last line that gnuplot wrote: before it come the command and a caret. */
static void read_words(const struct harness_gnuplot *gnuplot, char words[WORDS_MAX])
{
    char path[HARNESS_PATH_MAX];
    char line[WORDS_MAX];
    (void)snprintf(words, WORDS_MAX, "it gave no reason");
    FILE *file = join(path, gnuplot->folder, words_name, NULL) == BATCH_OK ? fopen(path, "r") : NULL;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '\0') {
            memcpy(words, line, sizeof line);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

static enum batch_rc start(const struct harness_gnuplot *gnuplot, char *const arguments[], struct batch_error *error)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        become_gnuplot(gnuplot, arguments);
    }
    if (child < 0) {
        return batch_error_set(error, BATCH_E_IO, "gnuplot cannot be started: %s", strerror(errno));
    }
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return batch_error_set(error, BATCH_E_IO, "gnuplot was lost: %s", strerror(errno));
        }
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_STARTED) {
        return batch_error_set(error, BATCH_E_IO,
                               "gnuplot is not installed; install it (Debian and Ubuntu: apt install gnuplot-nox) and "
                               "plot again");
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return BATCH_OK;
    }
    char words[WORDS_MAX];
    read_words(gnuplot, words);
    return batch_error_set(error, BATCH_E_IO, "gnuplot failed: %s", words);
}

enum batch_rc harness_gnuplot_run(const struct harness_gnuplot *gnuplot, const char *figure, const char *format,
                                  const char *destination, struct batch_error *error)
{
    char style[HARNESS_PATH_MAX];
    char script[HARNESS_PATH_MAX];
    char made[HARNESS_PATH_MAX];
    char name[64];
    (void)snprintf(name, sizeof name, "%s.gp", figure);
    enum batch_rc rc = join(style, gnuplot->plots, "style.gp", error);
    if (rc == BATCH_OK) {
        rc = join(script, gnuplot->plots, name, error);
    }
    if (rc == BATCH_OK) {
        (void)snprintf(name, sizeof name, "figure.%s", format);
        rc = join(made, gnuplot->folder, name, error);
    }
    if (rc != BATCH_OK) {
        return rc;
    }
    char program[] = "gnuplot";
    char defaults[] = "--default-settings";
    char setup[] = "setup.gp";
    char *const arguments[] = {program, defaults, setup, style, script, NULL};
    rc = start(gnuplot, arguments, error);
    if (rc == BATCH_OK && rename(made, destination) != 0) {
        rc = batch_error_set(error, BATCH_E_IO, "%s: cannot be written: %s", destination, strerror(errno));
    }
    return rc;
}
