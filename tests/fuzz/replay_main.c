/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file
 * Runs a fuzz target on every file of its corpus, so that an ordinary build replays what fuzzing once found.
 *
 * Fails when a folder cannot be read or holds nothing: a test without inputs proves nothing.
 */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** The whole file in exactly as many bytes, so that a sanitizer sees a read past the end. NULL on failure. */
static uint8_t *read_whole(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }

    uint8_t *data = NULL;
    long end = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (end >= 0 && fseek(file, 0, SEEK_SET) == 0) {
        *size = (size_t)end;
        data = malloc(*size == 0 ? 1 : *size);
        if (data != NULL && fread(data, 1, *size, file) != *size) {
            free(data);
            data = NULL;
        }
    }
    (void)fclose(file);
    return data;
}

static int replay_file(const char *path)
{
    size_t size = 0;
    uint8_t *data = read_whole(path, &size);
    if (data == NULL) {
        (void)fprintf(stderr, "%s: cannot be read: %s\n", path, strerror(errno));
        return -1;
    }
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

/** Number of inputs replayed, or -1. */
static int replay_folder(const char *folder)
{
    DIR *listing = opendir(folder);
    if (listing == NULL) {
        (void)fprintf(stderr, "%s: cannot be opened: %s\n", folder, strerror(errno));
        return -1;
    }

    int inputs = 0;
    const struct dirent *entry = NULL;
    while (inputs >= 0 && (entry = readdir(listing)) != NULL) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char path[4096];
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof path || replay_file(path) != 0) {
            inputs = -1;
        } else {
            inputs++;
        }
    }
    (void)closedir(listing);
    return inputs;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s CORPUS_FOLDER...\n", argv[0]);
        return 2;
    }

    for (int i = 1; i < argc; i++) {
        int inputs = replay_folder(argv[i]);
        if (inputs <= 0) {
            (void)fprintf(stderr, "%s: no input replayed\n", argv[i]);
            return 1;
        }
        printf("%s: %d inputs replayed\n", argv[i], inputs);
    }
    return 0;
}
