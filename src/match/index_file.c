/*
 * Index file: how an index stands on the disk. Numbers are as this machine holds them; an index is derived from the store
 * and made again elsewhere, not carried there.
 *
 *     header     4,096 bytes: magic, version, byte order, file size, counts, for each part place, size and SHA-256,
 *                and last the SHA-256 of all that
 *     parts      each at a multiple of 64 bytes, zeros between
 */
#include "match/index.h"

#include "crypto/digest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_SIZE     4096
#define PART_ALIGN      64
#define PART_COUNT      17
#define BYTE_ORDER_MARK UINT32_C(0x01020304)
#define WRITE_SIZE      (1u << 22) /* bytes of one write */

static const char magic[16] = "besa-index";

struct part {
    uint64_t place;
    uint64_t size;
    uint8_t digest[DIGEST_SIZE];
};

struct header {
    char magic[16];
    uint32_t version;
    uint32_t order;
    uint64_t file_size;
    uint32_t token_count;
    uint32_t sound_count;
    uint32_t name_count;
    uint32_t person_count;
    uint32_t neighbour_count; /* lists of neighbours and of pairs: powers of two */
    uint32_t pair_count;
    struct part parts[PART_COUNT];
    uint8_t digest[DIGEST_SIZE]; /* of all before it */
};
_Static_assert(sizeof(struct header) <= HEADER_SIZE, "the header fits in its page");

/* A part as a pointer of the index and the count of its elements; UNTIL_END: as many as the file says, the last start
 * tells whether it is right. */
struct place {
    const void **array;
    size_t size; /* of an element */
    uint64_t count;
};
#define UNTIL_END UINT64_MAX

static size_t lists_place(struct index_lists *lists, uint32_t count, struct place *out)
{
    lists->count = count;
    out[0] = (struct place){(const void **)(void *)&lists->starts, sizeof(uint32_t),
                            (uint64_t)count + 1};
    out[1] = (struct place){(const void **)(void *)&lists->items, sizeof(uint32_t), UNTIL_END};
    return 2;
}

static void index_places(struct index *index, uint32_t neighbour_count, uint32_t pair_count,
                         struct place out[PART_COUNT])
{
    size_t at = 0;

    out[at++] = (struct place){(const void **)(void *)&index->tokens, sizeof *index->tokens,
                               index->token_count};
    out[at++] = (struct place){(const void **)(void *)&index->weights, sizeof *index->weights,
                               index->token_count};
    out[at++] = (struct place){(const void **)(void *)&index->sound_keys, sizeof *index->sound_keys,
                               index->sound_count};
    out[at++] = (struct place){(const void **)(void *)&index->records, sizeof *index->records,
                               index->person_count};
    out[at++] = (struct place){(const void **)(void *)&index->births, sizeof *index->births,
                               index->person_count};
    at += lists_place(&index->sound_tokens, index->sound_count, out + at);
    at += lists_place(&index->neighbours, neighbour_count, out + at);
    at += lists_place(&index->postings, index->token_count, out + at);
    at += lists_place(&index->pairs, pair_count, out + at);
    at += lists_place(&index->name_tokens, index->name_count, out + at);
    lists_place(&index->name_persons, index->name_count, out + at);
}

/* --- writing --- */

static bool part_write(const struct env *env, struct env_file *file, uint64_t place,
                       struct span bytes, struct error *err)
{
    while (bytes.size > 0) {
        struct span piece = {bytes.data, bytes.size < WRITE_SIZE ? bytes.size : WRITE_SIZE};
        if (!env->write_at(env->context, file, (int64_t)place, piece, err))
            return false;
        place += piece.size;
        bytes.data += piece.size;
        bytes.size -= piece.size;
    }
    return true;
}

/* Items of lists: as many as their last start says. */
static struct span part_bytes(const struct place *places, size_t number)
{
    uint64_t count = places[number].count;

    if (count == UNTIL_END) {
        const uint32_t *starts = *places[number - 1].array;
        count = starts[places[number - 1].count - 1];
    }
    return (struct span){*places[number].array, (size_t)count * places[number].size};
}

static bool file_fill(const struct index *index, const struct env *env, struct env_file *file,
                      struct error *err)
{
    struct index copy = *index; /* its pointers are read, not changed */
    struct place places[PART_COUNT];
    uint8_t page[HEADER_SIZE] = {0};
    struct header header = {
        .version = INDEX_VERSION,
        .order = BYTE_ORDER_MARK,
        .token_count = index->token_count,
        .sound_count = index->sound_count,
        .name_count = index->name_count,
        .person_count = index->person_count,
        .neighbour_count = index->neighbours.count,
        .pair_count = index->pairs.count,
    };
    uint64_t place = HEADER_SIZE;

    memcpy(header.magic, magic, sizeof magic);
    index_places(&copy, index->neighbours.count, index->pairs.count, places);
    for (size_t i = 0; i < PART_COUNT; i++) {
        struct span bytes = part_bytes(places, i);
        header.parts[i] = (struct part){.place = place, .size = bytes.size};
        digest_sha256(bytes, header.parts[i].digest);
        if (!part_write(env, file, place, bytes, err))
            return false;
        place = (place + bytes.size + PART_ALIGN - 1) / PART_ALIGN * PART_ALIGN;
    }
    header.file_size = place;
    digest_sha256((struct span){(const uint8_t *)&header, offsetof(struct header, digest)},
                  header.digest);
    memcpy(page, &header, sizeof header);
    return part_write(env, file, 0, (struct span){page, sizeof page}, err) &&
           env->truncate(env->context, file, (int64_t)header.file_size, err) &&
           env->sync(env->context, file, err);
}

static bool directory_sync(const struct env *env, const char *path, struct error *err)
{
    char directory[INDEX_PATH_SIZE];
    const char *end = strrchr(path, '/');

    if (end == NULL)
        return env->sync_dir(env->context, ".", err);
    snprintf(directory, sizeof directory, "%.*s", end == path ? 1 : (int)(end - path), path);
    return env->sync_dir(env->context, directory, err);
}

bool index_write(const struct index *index, const struct env *env, const char *path,
                 struct error *err)
{
    char part[INDEX_PATH_SIZE];
    struct error ignored = {0};
    struct env_file *file = NULL;
    int size = snprintf(part, sizeof part, "%s.part", path);

    if (size <= 0 || (size_t)size >= sizeof part)
        return error_set(err, ERROR_LIMIT, "the path of the search index is too long");
    env->unlink(env->context, part, &ignored); /* of a writer that was ended */
    if (!env->open(env->context, part, ENV_OPEN_CREATE, &file, err))
        return error_add(err, "search index");
    bool ok = file_fill(index, env, file, err);
    env->close(env->context, file);
    if (ok && env->rename(env->context, part, path, err) && directory_sync(env, path, err))
        return true;
    env->unlink(env->context, part, &ignored);
    return error_add(err, "search index");
}

/* --- opening --- */

static bool file_map(const char *path, struct index *index, struct error *err)
{
    struct stat stat;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (file < 0)
        return error_set(err, ERROR_MISSING, "there is no search index");
    bool ok = fstat(file, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_size >= HEADER_SIZE;
    if (ok) {
        index->map_size = (size_t)stat.st_size;
        index->map = mmap(NULL, index->map_size, PROT_READ, MAP_SHARED, file, 0);
        ok = index->map != MAP_FAILED;
    }
    if (!ok)
        index->map = NULL;
    close(file);
    return ok || error_set(err, ERROR_STORE, "the search index is broken: it is cut");
}

static bool header_check(const struct header *header, size_t file_size, struct error *err)
{
    uint8_t digest[DIGEST_SIZE];

    if (memcmp(header->magic, magic, sizeof magic) != 0 || header->order != BYTE_ORDER_MARK)
        return error_set(err, ERROR_STORE, "the search index is broken: it is none");
    if (header->version != INDEX_VERSION)
        return error_set(err, ERROR_STORE,
                         "the search index is of version %u, this program reads %d",
                         header->version, INDEX_VERSION);
    digest_sha256((struct span){(const uint8_t *)header, offsetof(struct header, digest)}, digest);
    if (memcmp(digest, header->digest, DIGEST_SIZE) != 0)
        return error_set(err, ERROR_STORE, "the search index is broken: its header");
    return header->file_size == file_size ||
           error_set(err, ERROR_STORE, "the search index is broken: it is cut");
}

static bool part_open(const struct index *index, const struct part *part, struct place *place,
                      struct error *err)
{
    uint8_t digest[DIGEST_SIZE];
    bool ok = part->place % PART_ALIGN == 0 && part->place >= HEADER_SIZE &&
              part->place <= index->map_size && part->size <= index->map_size - part->place &&
              part->size % place->size == 0 &&
              (place->count == UNTIL_END || part->size / place->size == place->count);

    if (!ok)
        return error_set(err, ERROR_STORE, "the search index is broken: the place of a part");
    const uint8_t *bytes = (const uint8_t *)index->map + part->place;
    digest_sha256((struct span){bytes, (size_t)part->size}, digest);
    if (memcmp(digest, part->digest, DIGEST_SIZE) != 0)
        return error_set(err, ERROR_STORE, "the search index is broken: a part's digest");
    *place->array = bytes;
    return true;
}

static bool parts_open(struct index *index, const struct header *header, struct error *err)
{
    struct place places[PART_COUNT];

    index->token_count = header->token_count;
    index->sound_count = header->sound_count;
    index->name_count = header->name_count;
    index->person_count = header->person_count;
    index_places(index, header->neighbour_count, header->pair_count, places);
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (!part_open(index, &header->parts[i], &places[i], err))
            return false;
        if (places[i].count == UNTIL_END) {
            const uint32_t *starts = *places[i - 1].array;
            if (starts[places[i - 1].count - 1] != header->parts[i].size / sizeof(uint32_t))
                return error_set(err, ERROR_STORE, "the search index is broken: a list's end");
        }
    }
    return true;
}

bool index_open(const char *path, struct index **out, struct error *err)
{
    struct index *index = calloc(1, sizeof *index);

    *out = index;
    if (index == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!file_map(path, index, err)) {
        free(index);
        *out = NULL;
        return false;
    }
    if (header_check(index->map, index->map_size, err) && parts_open(index, index->map, err) &&
        index_check(index, err))
        return true;
    index_free(out);
    return false;
}
