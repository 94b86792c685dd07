/*
 * Replays a kept corpus through one fuzz target in any build: every file as it is, cut at every byte (of the first 2 KiB)
 * and with single bits flipped, so that a corpus gives more than its files. A large file is varied less often: the bytes
 * handed to the target for one file stay under WORK_SIZE_MAX.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_SIZE_MAX (4u * 1024u * 1024u)
#define VARIED_MAX     2048u
#define WORK_SIZE_MAX  (256u * 1024u * 1024u)

static size_t inputs;

static void run(const uint8_t *data, size_t size)
{
    /* A copy of exactly this size, so that a read beyond it is seen by ASan. */
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL)
        exit(1);
    if (size > 0)
        memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    inputs++;
}

static void vary(uint8_t *data, size_t size)
{
    size_t varied = size < VARIED_MAX ? size : VARIED_MAX;

    if (varied > 0 && WORK_SIZE_MAX / size < 2 * varied)
        varied = WORK_SIZE_MAX / size / 2;
    run(data, size);
    for (size_t i = 0; i < varied; i++)
        run(data, i);
    for (size_t i = 0; i < varied; i++) {
        uint8_t bit = (uint8_t)(1u << (i % 8));
        data[i] ^= bit;
        run(data, size);
        data[i] ^= bit;
    }
}

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(INPUT_SIZE_MAX + 1);
    size_t size = file == NULL || data == NULL ? 0 : fread(data, 1, INPUT_SIZE_MAX + 1, file);
    bool whole = file != NULL && data != NULL && !ferror(file) && size <= INPUT_SIZE_MAX;

    if (whole)
        vary(data, size);
    else
        fprintf(stderr, "%s cannot be read or is larger than %u bytes\n", path, INPUT_SIZE_MAX);
    if (file != NULL)
        fclose(file);
    free(data);
    return !whole;
}

static int replay(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        fprintf(stderr, "no corpus at %s\n", path);
        return 1;
    }
    if (!S_ISDIR(st.st_mode))
        return replay_file(path);
    DIR *directory = opendir(path);
    int failed = directory == NULL;
    struct dirent *entry = NULL;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        char file[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        failed |= replay_file(file);
    }
    if (directory != NULL)
        closedir(directory);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    for (int i = 1; i < argc; i++)
        failed |= replay(argv[i]);
    printf("%zu inputs\n", inputs);
    return failed || inputs == 0;
}
