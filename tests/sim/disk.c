/* The simulated disk: see disk.h. */
#include "sim/disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct disk_page {
    unsigned users;
    uint8_t bytes[DISK_PAGE_SIZE];
};

const char *const disk_call_names[DISK_CALL_COUNT] = {
    [DISK_WRITE] = "write",       [DISK_SYNC] = "sync",     [DISK_TRUNCATE] = "truncate",
    [DISK_CREATE] = "create",     [DISK_RENAME] = "rename", [DISK_REMOVE] = "remove",
    [DISK_SYNC_DIR] = "sync-dir",
};

/* A simulator without memory has nothing to say. */
static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

/* --- images --- */

static void page_drop(struct disk_page *page)
{
    if (page != NULL && --page->users == 0)
        free(page);
}

static void image_resize(struct disk_image *image, int64_t size)
{
    size_t count = ((size_t)size + DISK_PAGE_SIZE - 1) / DISK_PAGE_SIZE;

    if (count > image->room) {
        size_t room = count + count / 2 + 8;
        image->pages = must(reallocarray(image->pages, room, sizeof(struct disk_page *)));
        image->room = room;
    }
    for (size_t i = count; i < image->page_count; i++)
        page_drop(image->pages[i]);
    for (size_t i = image->page_count; i < count; i++)
        image->pages[i] = NULL; /* a hole reads as zeros */
    image->page_count = count;
    image->size = size;
}

static void image_free(struct disk_image *image)
{
    image_resize(image, 0);
    free(image->pages);
    *image = (struct disk_image){.size = 0};
}

static void image_share(const struct disk_image *from, struct disk_image *out)
{
    image_resize(out, from->size);
    for (size_t i = 0; i < from->page_count; i++) {
        if (out->pages[i] == from->pages[i])
            continue;
        page_drop(out->pages[i]);
        out->pages[i] = from->pages[i];
        if (out->pages[i] != NULL)
            out->pages[i]->users++;
    }
}

/* The page, owned by this image alone. */
static struct disk_page *image_own(struct disk_image *image, size_t at)
{
    struct disk_page *page = image->pages[at];

    if (page != NULL && page->users == 1)
        return page;
    struct disk_page *copy = must(calloc(1, sizeof *copy));
    if (page != NULL) {
        memcpy(copy->bytes, page->bytes, sizeof copy->bytes);
        page_drop(page);
    }
    copy->users = 1;
    image->pages[at] = copy;
    return copy;
}

static void image_write(struct disk_image *image, int64_t offset, struct span bytes)
{
    int64_t end = offset + (int64_t)bytes.size;
    if (end > image->size)
        image_resize(image, end);
    while (bytes.size > 0) {
        size_t at = (size_t)offset / DISK_PAGE_SIZE;
        size_t inside = (size_t)offset % DISK_PAGE_SIZE;
        struct span piece = span_part(bytes, 0, DISK_PAGE_SIZE - inside);
        memcpy(image_own(image, at)->bytes + inside, piece.data, piece.size);
        bytes = span_part(bytes, piece.size, bytes.size);
        offset += (int64_t)piece.size;
    }
}

static size_t image_read(const struct disk_image *image, int64_t offset, uint8_t *out, size_t size)
{
    size_t done = 0;

    if (offset >= image->size)
        return 0;
    if ((int64_t)size > image->size - offset)
        size = (size_t)(image->size - offset);
    while (done < size) {
        size_t at = ((size_t)offset + done) / DISK_PAGE_SIZE;
        size_t inside = ((size_t)offset + done) % DISK_PAGE_SIZE;
        size_t piece = DISK_PAGE_SIZE - inside;
        if (piece > size - done)
            piece = size - done;
        if (image->pages[at] == NULL)
            memset(out + done, 0, piece);
        else
            memcpy(out + done, image->pages[at]->bytes + inside, piece);
        done += piece;
    }
    return size;
}

/* --- crash --- */

static const uint8_t zeros[DISK_PAGE_SIZE];

/* One sector that was not synced: kept, dropped, or its first bytes new and the rest old. */
static void sector_settle(struct disk *disk, struct disk_image *durable, size_t page, size_t from,
                          const uint8_t *now)
{
    struct random *random = disk->random;
    uint64_t fate = random_below(random, 5);
    disk->fates[fate < 2 ? FATE_DROPPED : fate < 4 ? FATE_KEPT : FATE_TORN]++;
    if (fate < 2)
        return;
    size_t size = fate < 4 ? DISK_SECTOR_SIZE : random_below(random, DISK_SECTOR_SIZE);
    memcpy(image_own(durable, page)->bytes + from, now + from, size);
}

static void file_settle(struct disk *disk, struct disk_file *file)
{
    struct disk_image *now = &file->now;
    struct disk_image *durable = &file->durable;

    file->has_failed = false;
    if (now->size != durable->size && random_chance(disk->random, 60))
        image_resize(durable, now->size);
    for (size_t i = 0; i < now->page_count && i < durable->page_count; i++) {
        if (now->pages[i] == durable->pages[i])
            continue;
        const uint8_t *new = now->pages[i] == NULL ? zeros : now->pages[i]->bytes;
        for (size_t from = 0; from < DISK_PAGE_SIZE; from += DISK_SECTOR_SIZE) {
            const uint8_t *old = durable->pages[i] == NULL ? zeros : durable->pages[i]->bytes;
            if (memcmp(new + from, old + from, DISK_SECTOR_SIZE) != 0)
                sector_settle(disk, durable, i, from, new);
        }
    }
    image_share(durable, now);
}

/* --- names --- */

static struct disk_name *name_find(struct disk_name *names, const char *path)
{
    for (size_t i = 0; i < DISK_NAME_COUNT; i++)
        if (names[i].file != NULL && strcmp(names[i].path, path) == 0)
            return &names[i];
    return NULL;
}

static void file_use(struct disk_file *file)
{
    file->users++;
}

static void file_leave(struct disk *disk, struct disk_file *file)
{
    if (--file->users > 0)
        return;
    for (size_t i = 0; i < DISK_FILE_COUNT; i++)
        if (disk->files[i] == file)
            disk->files[i] = NULL;
    image_free(&file->now);
    image_free(&file->durable);
    free(file);
}

static struct disk_file *file_make(struct disk *disk)
{
    struct disk_file *file = must(calloc(1, sizeof *file));
    for (size_t i = 0; i < DISK_FILE_COUNT; i++)
        if (disk->files[i] == NULL) {
            disk->files[i] = file;
            return file;
        }
    abort(); /* a node has a handful of files */
}

static void name_set(struct disk_name *names, const char *path, struct disk_file *file)
{
    for (size_t i = 0; i < DISK_NAME_COUNT; i++)
        if (names[i].file == NULL) {
            snprintf(names[i].path, sizeof names[i].path, "%s", path);
            names[i].file = file;
            file_use(file);
            return;
        }
    abort();
}

static void name_clear(struct disk *disk, struct disk_name *name)
{
    struct disk_file *file = name->file;
    name->file = NULL;
    if (file != NULL)
        file_leave(disk, file);
}

static void names_copy(struct disk *disk, const struct disk_name *from, struct disk_name *to)
{
    for (size_t i = 0; i < DISK_NAME_COUNT; i++)
        if (from[i].file != NULL)
            file_use(from[i].file);
    for (size_t i = 0; i < DISK_NAME_COUNT; i++) {
        name_clear(disk, &to[i]);
        to[i] = from[i];
    }
}

static bool names_differ(const struct disk *disk)
{
    for (size_t i = 0; i < DISK_NAME_COUNT; i++)
        if (disk->now[i].file != disk->durable[i].file)
            return true;
    return false;
}

const char *disk_path(const struct disk *disk, const struct disk_file *file)
{
    for (size_t i = 0; i < DISK_NAME_COUNT; i++)
        if (disk->now[i].file == file && file != NULL)
            return disk->now[i].path;
    return "";
}

bool disk_has(const struct disk *disk, const char *path)
{
    for (size_t i = 0; i < DISK_NAME_COUNT; i++)
        if (disk->now[i].file != NULL && strcmp(disk->now[i].path, path) == 0)
            return true;
    return false;
}

/* --- the disk --- */

void disk_make(struct disk *disk, struct random *random)
{
    *disk = (struct disk){.random = random};
}

void disk_free(struct disk *disk)
{
    for (size_t i = 0; i < DISK_NAME_COUNT; i++) {
        name_clear(disk, &disk->now[i]);
        name_clear(disk, &disk->durable[i]);
    }
}

static void file_put(struct disk *disk, const char *path, const struct disk_image *contents)
{
    struct disk_file *file = file_make(disk);
    image_share(contents, &file->durable);
    image_share(contents, &file->now);
    name_set(disk->now, path, file);
    name_set(disk->durable, path, file);
}

bool disk_clone(const struct disk *from, struct disk *out, struct random *random)
{
    disk_make(out, random);
    for (size_t i = 0; i < DISK_NAME_COUNT; i++)
        if (from->durable[i].file != NULL)
            file_put(out, from->durable[i].path, &from->durable[i].file->durable);
    return true;
}

static void names_move(struct disk_name *names, const char *from, const char *to)
{
    char path[DISK_NAME_MAX];

    for (size_t i = 0; i < DISK_NAME_COUNT; i++)
        if (names[i].file != NULL && strncmp(names[i].path, from, strlen(from)) == 0) {
            snprintf(path, sizeof path, "%s%.*s", to, (int)(sizeof path - 1),
                     names[i].path + strlen(from));
            memcpy(names[i].path, path, sizeof path);
        }
}

void disk_move(struct disk *disk, const char *from, const char *to)
{
    names_move(disk->now, from, to);
    names_move(disk->durable, from, to);
}

void disk_lose(struct disk *disk, const char *path)
{
    struct disk_name *names[] = {name_find(disk->now, path), name_find(disk->durable, path)};
    for (size_t i = 0; i < 2; i++)
        if (names[i] != NULL)
            name_clear(disk, names[i]);
}

bool disk_restore(struct disk *disk, const struct disk *from, const char *path)
{
    disk_lose(disk, path);
    for (size_t i = 0; i < DISK_NAME_COUNT; i++)
        if (from->durable[i].file != NULL && strcmp(from->durable[i].path, path) == 0) {
            file_put(disk, path, &from->durable[i].file->durable);
            return true;
        }
    return false;
}

void disk_crash(struct disk *disk)
{
    memset(disk->fates, 0, sizeof disk->fates);
    for (size_t i = 0; i < DISK_FILE_COUNT; i++)
        if (disk->files[i] != NULL)
            file_settle(disk, disk->files[i]);
    if (random_chance(disk->random, 50)) {
        disk->fates[FATE_NAMES_UNDONE] += names_differ(disk) ? 1 : 0;
        names_copy(disk, disk->durable, disk->now);
    } else {
        names_copy(disk, disk->now, disk->durable);
    }
}

void disk_fail_in(struct disk *disk, uint64_t n, enum disk_failure failure)
{
    disk->fail_at = disk->calls + n;
    disk->failure = failure;
    disk->has_failed = false;
}

void disk_mend(struct disk *disk)
{
    disk->fail_at = 0;
    disk->has_failed = false;
    disk->is_dead = false;
    disk->is_full = false;
    /* Whoever opens its files anew and writes them again, writes them for good. */
    for (size_t i = 0; i < DISK_FILE_COUNT; i++)
        if (disk->files[i] != NULL)
            disk->files[i]->has_failed = false;
}

/* Counts the call; true when it comes to the file. A power loss may come before or after the call took effect. */
static bool call_passes(struct disk *disk, enum disk_call call, const char *path)
{
    if (disk->is_quiet)
        return true;
    if (disk->is_dead)
        return false;
    disk->calls++;
    bool is_due = disk->fail_at != 0 && !disk->has_failed && disk->calls >= disk->fail_at;
    if (!is_due || (disk->failure == DISK_SYNC_ERROR && call != DISK_SYNC) ||
        ((disk->failure == DISK_FULL || disk->failure == DISK_WRITE_ERROR) && call != DISK_WRITE))
        return true;
    disk->has_failed = true;
    disk->failed_call = call;
    snprintf(disk->failed_path, sizeof disk->failed_path, "%s", path);
    disk->is_dead = disk->failure == DISK_POWER_LOSS;
    disk->is_full = disk->failure == DISK_FULL;
    if (disk->failure == DISK_FULL)
        return true;
    return disk->failure == DISK_POWER_LOSS && random_chance(disk->random, 50);
}

/* What the caller hears after the call took effect. */
static bool call_answers(const struct disk *disk)
{
    return disk->is_quiet || !disk->is_dead;
}

struct disk_file *disk_open(struct disk *disk, const char *path, bool may_create, bool *is_new)
{
    struct disk_name *name = name_find(disk->now, path);

    *is_new = false;
    if (disk->is_dead && !disk->is_quiet)
        return NULL;
    if (name == NULL && !may_create)
        return NULL;
    if (name == NULL) {
        if (!call_passes(disk, DISK_CREATE, path))
            return NULL;
        name_set(disk->now, path, file_make(disk));
        name = name_find(disk->now, path);
        *is_new = true;
        if (!call_answers(disk))
            return NULL;
    }
    file_use(name->file);
    return name->file;
}

struct disk_file *disk_open_nameless(struct disk *disk)
{
    struct disk_file *file = file_make(disk);
    file_use(file);
    return file;
}

void disk_close(struct disk *disk, struct disk_file *file)
{
    file_leave(disk, file);
}

size_t disk_read(struct disk *disk, const struct disk_file *file, int64_t offset, uint8_t *out,
                 size_t size)
{
    if (disk->is_dead && !disk->is_quiet)
        return SIZE_MAX;
    return image_read(&file->now, offset, out, size);
}

bool disk_write(struct disk *disk, struct disk_file *file, int64_t offset, struct span bytes)
{
    if (!call_passes(disk, DISK_WRITE, disk_path(disk, file)))
        return false;
    if (disk->is_full && !disk->is_quiet && offset + (int64_t)bytes.size > file->now.size)
        return false;
    image_write(&file->now, offset, bytes);
    return call_answers(disk);
}

bool disk_sync(struct disk *disk, struct disk_file *file)
{
    bool had_failed = disk->has_failed;

    if (!call_passes(disk, DISK_SYNC, disk_path(disk, file))) {
        file->has_failed = !had_failed && disk->has_failed && disk->failure == DISK_SYNC_ERROR;
        return false;
    }
    if (!file->has_failed)
        image_share(&file->now, &file->durable);
    return call_answers(disk);
}

bool disk_truncate(struct disk *disk, struct disk_file *file, int64_t size)
{
    if (!call_passes(disk, DISK_TRUNCATE, disk_path(disk, file)))
        return false;
    if (size % DISK_PAGE_SIZE != 0 && size < file->now.size) {
        size_t keep = (size_t)size % DISK_PAGE_SIZE;
        struct disk_page *last = image_own(&file->now, (size_t)size / DISK_PAGE_SIZE);
        memset(last->bytes + keep, 0, DISK_PAGE_SIZE - keep);
    }
    image_resize(&file->now, size);
    return call_answers(disk);
}

bool disk_rename(struct disk *disk, const char *from, const char *to)
{
    struct disk_name *name = name_find(disk->now, from);
    struct disk_name *other = name_find(disk->now, to);

    if (name == NULL || !call_passes(disk, DISK_RENAME, from))
        return false;
    if (other != NULL)
        name_clear(disk, other);
    snprintf(name->path, sizeof name->path, "%s", to);
    return call_answers(disk);
}

bool disk_remove(struct disk *disk, const char *path)
{
    struct disk_name *name = name_find(disk->now, path);

    if (name == NULL || !call_passes(disk, DISK_REMOVE, path))
        return false;
    name_clear(disk, name);
    return call_answers(disk);
}

bool disk_sync_dir(struct disk *disk)
{
    if (!call_passes(disk, DISK_SYNC_DIR, "/"))
        return false;
    names_copy(disk, disk->now, disk->durable);
    return call_answers(disk);
}
