/*
 * Segments: see segments.h. One state after another: each is a view, made whole, written, and only then put in the place
 * of the one before. A segment lives as long as a view has it; its file is removed when it is in no state that stands.
 */
#include "match/segments_file.h"

#include "base/buffer.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MERGE_LEAST 4 /* files of like size that are worth a merge */
#define COUNT_MUST                                                                                 \
    (SEGMENTS_MAX / 2) /* files at which the smallest are merged whatever their size */

struct segments {
    const struct env *env;
    char directory[INDEX_PATH_SIZE];
    pthread_mutex_t lock;
    struct segments_view *view;
    uint32_t next; /* name of the next file */
};

/* --- views --- */

static void segment_drop(struct segment *segment)
{
    if (--segment->views > 0)
        return;
    index_free(&segment->index);
    free(segment);
}

static void view_free(struct segments_view *view)
{
    for (size_t i = 0; i < view->count; i++)
        segment_drop(view->segments[i]);
    free(view->gone);
    free(view);
}

static void view_add(struct segments_view *view, struct segment *segment)
{
    segment->views++;
    view->segments[view->count++] = segment;
    if (view->base == NULL || segment->index->name_count > view->base->name_count)
        view->base = segment->index;
}

const struct segments_view *segments_hold(struct segments *segments)
{
    pthread_mutex_lock(&segments->lock);
    struct segments_view *view = segments->view;
    view->holders++;
    pthread_mutex_unlock(&segments->lock);
    return view;
}

static void view_release(struct segments *segments, struct segments_view *view)
{
    pthread_mutex_lock(&segments->lock);
    if (--view->holders == 0)
        view_free(view);
    pthread_mutex_unlock(&segments->lock);
}

void segments_release(struct segments *segments, const struct segments_view *view)
{
    view_release(segments, (struct segments_view *)(uintptr_t)view); /* held by us all along */
}

static int gone_compare(const void *a, const void *b)
{
    const struct segments_gone *left = a;
    const struct segments_gone *right = b;

    return left->record < right->record ? -1 : left->record > right->record;
}

bool segments_is_gone(const struct segments_view *view, uint64_t record, uint32_t number)
{
    struct segments_gone key = {.record = record};

    if (view->gone_count == 0)
        return false;
    const struct segments_gone *found =
        bsearch(&key, view->gone, view->gone_count, sizeof key, gone_compare);
    return found != NULL && number <= found->until;
}

/* --- files --- */

static void path_of(const struct segments *segments, uint32_t name, char out[INDEX_PATH_SIZE])
{
    snprintf(out, INDEX_PATH_SIZE, "%.*s/%08" PRIu32 ".index", INDEX_PATH_SIZE - 32,
             segments->directory, name);
}

static void list_path(const struct segments *segments, char out[INDEX_PATH_SIZE])
{
    snprintf(out, INDEX_PATH_SIZE, "%.*s/segments", INDEX_PATH_SIZE - 32, segments->directory);
}

static bool segment_open(const struct segments *segments, uint32_t name, uint32_t number,
                         struct segment **out, struct error *err)
{
    char path[INDEX_PATH_SIZE];
    struct segment *segment = calloc(1, sizeof *segment);

    *out = segment;
    if (segment == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    path_of(segments, name, path);
    if (index_open(path, &segment->index, err)) {
        segment->name = name;
        segment->number = number;
        return true;
    }
    free(segment);
    *out = NULL;
    if (err->kind == ERROR_MISSING) /* the list names it */
        return error_set(err, ERROR_STORE, "the search index is broken: file %" PRIu32 " is absent",
                         name);
    return false;
}

static bool list_save(const struct segments *segments, const struct segments_view *view,
                      struct error *err)
{
    struct buffer text = buffer_make(SEGMENTS_FILE_SIZE_MAX);
    char path[INDEX_PATH_SIZE];
    struct segments_list list = {
        .position = view->position,
        .next = segments->next,
        .count = view->count,
        .gone = view->gone,
        .gone_count = view->gone_count,
    };

    for (size_t i = 0; i < view->count; i++) {
        list.names[i] = view->segments[i]->name;
        list.numbers[i] = view->segments[i]->number;
    }
    segments_list_write(&list, &text);
    list_path(segments, path);
    bool ok = !text.failed || error_set(err, ERROR_LIMIT, "the list of the search index is full");
    ok = ok && env_write_file(segments->env, path, buffer_span(&text), err);
    buffer_free(&text);
    return ok;
}

static bool view_has(const struct segments_view *view, uint32_t name)
{
    for (size_t i = 0; i < view->count; i++)
        if (view->segments[i]->name == name)
            return true;
    return false;
}

/* Puts the new state in the place of the old one; files that only the old one has go. */
static bool view_stand(struct segments *segments, struct segments_view *view, struct error *err)
{
    struct segments_view *old = segments->view;
    char path[INDEX_PATH_SIZE];
    struct error ignored = {0};

    if (!list_save(segments, view, err))
        return false;
    for (size_t i = 0; i < old->count; i++)
        if (!view_has(view, old->segments[i]->name)) {
            path_of(segments, old->segments[i]->name, path);
            segments->env->unlink(segments->env->context, path, &ignored);
        }
    pthread_mutex_lock(&segments->lock);
    view->holders = 1;
    segments->view = view;
    pthread_mutex_unlock(&segments->lock);
    view_release(segments, old);
    return true;
}

/* --- opening --- */

static bool list_load(const struct segments *segments, struct segments_gone *gone,
                      struct segments_list *out, struct error *err)
{
    struct buffer text = buffer_make(SEGMENTS_FILE_SIZE_MAX);
    char path[INDEX_PATH_SIZE];
    struct error found = {0};

    list_path(segments, path);
    bool ok = env_read_file(segments->env, path, SEGMENTS_FILE_SIZE_MAX, &text, &found);
    if (ok)
        ok = segments_list_read(buffer_span(&text), gone, out, err);
    else if (found.kind == ERROR_MISSING) {
        *out = (struct segments_list){.next = 1, .gone = gone};
        ok = true;
    } else {
        error_set(err, ERROR_STORE, "the search index is broken: its list of files cannot be read");
    }
    buffer_free(&text);
    return ok;
}

static bool view_load(struct segments *segments, struct error *err)
{
    struct segments_view *view = segments->view;
    struct segments_list list;

    view->gone = malloc(SEGMENTS_GONE_MAX * sizeof *view->gone);
    if (view->gone == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!list_load(segments, view->gone, &list, err))
        return false;
    segments->next = list.next;
    view->position = list.position;
    view->gone_count = list.gone_count;
    for (size_t i = 0; i < list.count; i++) {
        struct segment *segment;
        if (!segment_open(segments, list.names[i], list.numbers[i], &segment, err))
            return false;
        view_add(view, segment);
    }
    return true;
}

bool segments_open(const struct env *env, const char *directory, struct segments **out,
                   struct error *err)
{
    struct segments *segments = calloc(1, sizeof *segments);

    *out = segments;
    if (segments == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    segments->env = env;
    pthread_mutex_init(&segments->lock, NULL);
    segments->view = calloc(1, sizeof *segments->view);
    bool ok = segments->view != NULL || error_set(err, ERROR_LIMIT, "out of memory");
    if (ok)
        segments->view->holders = 1;
    if (ok && strlen(directory) >= INDEX_PATH_SIZE - 32)
        ok = error_set(err, ERROR_LIMIT, "the path of the search index is too long");
    snprintf(segments->directory, sizeof segments->directory, "%s", directory);
    if (ok && env->make_dir(env->context, directory, err) && view_load(segments, err))
        return true;
    segments_close(out);
    return false;
}

void segments_close(struct segments **segments)
{
    struct segments *gone = *segments;

    *segments = NULL;
    if (gone == NULL)
        return;
    if (gone->view != NULL)
        view_free(gone->view);
    pthread_mutex_destroy(&gone->lock);
    free(gone);
}

/* --- changes --- */

/* A view like the old one, with room for `more` gone. */
static struct segments_view *view_copy(const struct segments_view *old, size_t more)
{
    struct segments_view *view = calloc(1, sizeof *view);

    if (view == NULL)
        return NULL;
    view->gone = malloc((old->gone_count + more + 1) * sizeof *view->gone);
    if (view->gone == NULL) {
        free(view);
        return NULL;
    }
    if (old->gone_count > 0)
        memcpy(view->gone, old->gone, old->gone_count * sizeof *view->gone);
    view->gone_count = old->gone_count;
    view->position = old->position;
    return view;
}

static uint32_t number_last(const struct segments_view *view)
{
    return view->count == 0 ? 0 : view->segments[view->count - 1]->number;
}

/* Sorted by record, of each record the one that reaches furthest. */
static void gone_settle(struct segments_view *view)
{
    size_t kept = 0;

    qsort(view->gone, view->gone_count, sizeof *view->gone, gone_compare);
    for (size_t i = 0; i < view->gone_count; i++) {
        if (kept == 0 || view->gone[kept - 1].record != view->gone[i].record)
            view->gone[kept++] = view->gone[i];
        else if (view->gone[kept - 1].until < view->gone[i].until)
            view->gone[kept - 1].until = view->gone[i].until;
    }
    view->gone_count = kept;
}

/* Writes the index of the builder as the next file, and opens it as it will be opened later. */
static bool segment_make(struct segments *segments, struct index_builder *builder, uint32_t number,
                         struct segment **out, struct error *err)
{
    char path[INDEX_PATH_SIZE];
    struct index *index = NULL;
    uint32_t name = segments->next;

    path_of(segments, name, path);
    bool ok =
        index_builder_finish(builder, &index, err) && index_write(index, segments->env, path, err);
    index_free(&index);
    if (!ok || !segment_open(segments, name, number, out, err))
        return false;
    segments->next++;
    return true;
}

struct turn {
    uint64_t record;
    size_t at;
};

static int turn_compare(const void *a, const void *b)
{
    const struct turn *left = a;
    const struct turn *right = b;

    if (left->record != right->record)
        return left->record < right->record ? -1 : 1;
    return left->at < right->at ? -1 : left->at > right->at;
}

/* Of two changes of one record in a batch the later holds. */
static bool changes_gather(struct index_builder *builder, const struct segments_change *changes,
                           size_t count, struct error *err)
{
    struct turn *turns = calloc(count + 1, sizeof *turns);
    bool ok = turns != NULL || error_set(err, ERROR_LIMIT, "out of memory");

    for (size_t i = 0; ok && i < count; i++)
        turns[i] = (struct turn){changes[i].person.record, i};
    if (ok)
        qsort(turns, count, sizeof *turns, turn_compare);
    for (size_t i = 0; ok && i < count; i++) {
        const struct segments_change *change = &changes[turns[i].at];
        bool is_last = i + 1 == count || turns[i + 1].record != turns[i].record;
        if (is_last && change->name_count > 0)
            ok =
                index_builder_add(builder, &change->person, change->names, change->name_count, err);
    }
    free(turns);
    return ok;
}

static bool apply_to(struct segments *segments, struct segments_view *view,
                     const struct segments_change *changes, size_t count, struct error *err)
{
    const struct segments_view *old = segments->view;
    struct index_builder *builder = NULL;
    struct segment *segment = NULL;
    uint32_t last = number_last(old);

    for (size_t i = 0; i < count; i++)
        if (!changes[i].is_new && last > 0)
            view->gone[view->gone_count++] = (struct segments_gone){changes[i].person.record, last};
    gone_settle(view);
    bool ok = index_builder_make(old->base, &builder, err) &&
              changes_gather(builder, changes, count, err);
    if (ok && index_builder_count(builder) > 0)
        ok = segment_make(segments, builder, last + 1, &segment, err);
    index_builder_free(&builder);
    for (size_t i = 0; ok && i < old->count; i++)
        view_add(view, old->segments[i]);
    if (ok && segment != NULL)
        view_add(view, segment);
    return ok;
}

bool segments_apply(struct segments *segments, const struct segments_change *changes, size_t count,
                    uint64_t position, struct error *err)
{
    const struct segments_view *old = segments->view;

    if (old->count == SEGMENTS_MAX || old->gone_count + count > SEGMENTS_GONE_MAX)
        return error_set(err, ERROR_BUSY, "the search index is to be merged first");
    struct segments_view *view = view_copy(old, count);
    if (view == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    uint32_t next = segments->next;
    view->position = position;
    if (apply_to(segments, view, changes, count, err) && view_stand(segments, view, err))
        return true;
    segments->next = next; /* the next file takes the place of one that was written in vain */
    view_free(view);
    return false;
}

/* --- merging --- */

static int size_compare(const void *a, const void *b)
{
    const struct segment *const *left = a;
    const struct segment *const *right = b;
    uint32_t x = (*left)->index->person_count;
    uint32_t y = (*right)->index->person_count;

    return x < y ? -1 : x > y;
}

/* The smallest files, as long as the next is no larger than those before it together. */
static size_t merge_choose(const struct segments_view *view, bool all,
                           struct segment *chosen[SEGMENTS_MAX])
{
    size_t count = view->count;
    uint64_t sum = 0;
    size_t like = 0;

    memcpy(chosen, view->segments, count * sizeof *chosen);
    if (all || view->gone_count > SEGMENTS_GONE_MAX / 2)
        return count > 1 || view->gone_count > 0 ? count : 0;
    qsort(chosen, count, sizeof *chosen, size_compare);
    for (; like < count && (like < 2 || chosen[like]->index->person_count <= sum); like++)
        sum += chosen[like]->index->person_count;
    return like >= MERGE_LEAST || count >= COUNT_MUST ? like : 0;
}

struct merge_gone {
    const struct segments_view *view;
    uint32_t number;
};

static bool is_gone(const void *context, uint64_t record)
{
    const struct merge_gone *merge = context;

    return segments_is_gone(merge->view, record, merge->number);
}

static bool is_chosen(struct segment *const *chosen, size_t count, const struct segment *segment)
{
    for (size_t i = 0; i < count; i++)
        if (chosen[i] == segment)
            return true;
    return false;
}

/* The largest file that stays beside the merged one. */
static const struct index *base_left(const struct segments_view *view,
                                     struct segment *const *chosen, size_t count)
{
    const struct index *base = NULL;

    for (size_t i = 0; i < view->count; i++)
        if (!is_chosen(chosen, count, view->segments[i]) &&
            (base == NULL || view->segments[i]->index->name_count > base->name_count))
            base = view->segments[i]->index;
    return base;
}

static bool merged_make(struct segments *segments, struct segment *const *chosen, size_t count,
                        struct segment **out, struct error *err)
{
    const struct segments_view *old = segments->view;
    struct index_builder *builder = NULL;
    uint32_t number = 0;
    bool ok = index_builder_make(base_left(old, chosen, count), &builder, err);

    for (size_t i = 0; ok && i < count; i++) {
        struct merge_gone gone = {old, chosen[i]->number};
        number = chosen[i]->number > number ? chosen[i]->number : number;
        ok = index_builder_merge(builder, chosen[i]->index, is_gone, &gone, err);
    }
    ok = ok && segment_make(segments, builder, number, out, err);
    index_builder_free(&builder);
    return ok;
}

/* What is gone from files that are there no more says nothing. */
static void gone_forget(struct segments_view *view)
{
    uint32_t first = view->count == 0 ? UINT32_MAX : view->segments[0]->number;
    size_t kept = 0;

    for (size_t i = 0; i < view->gone_count; i++)
        if (view->gone[i].until >= first)
            view->gone[kept++] = view->gone[i];
    view->gone_count = kept;
}

static void merged_place(struct segments_view *view, const struct segments_view *old,
                         struct segment *const *chosen, size_t count, struct segment *merged)
{
    for (size_t i = 0; i < old->count; i++) {
        if (old->segments[i]->number == merged->number)
            view_add(view, merged);
        else if (!is_chosen(chosen, count, old->segments[i]))
            view_add(view, old->segments[i]);
    }
    /* A record that was gone until just this number is in no merged file; the mark must not outlive the file. */
    size_t kept = 0;
    for (size_t i = 0; i < view->gone_count; i++)
        if (view->count > 1 || view->gone[i].until > merged->number)
            view->gone[kept++] = view->gone[i];
    view->gone_count = kept;
    gone_forget(view);
}

bool segments_merge(struct segments *segments, bool all, bool *was_needed, struct error *err)
{
    const struct segments_view *old = segments->view;
    struct segment *chosen[SEGMENTS_MAX];
    struct segment *merged = NULL;
    size_t count = merge_choose(old, all, chosen);

    *was_needed = count > 0;
    if (count == 0)
        return true;
    struct segments_view *view = view_copy(old, 0);
    if (view == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    uint32_t next = segments->next;
    bool ok = merged_make(segments, chosen, count, &merged, err);
    if (ok) {
        merged_place(view, old, chosen, count, merged);
        ok = view_stand(segments, view, err);
    }
    if (!ok) {
        segments->next = next;
        view_free(view);
    }
    return ok;
}
