/*
 * Differences in plain words: each field of the document is changed once, and a sentence is demanded for it.
 * covers: difference difference_value difference_words
 */
#include "check.h"
#include "agreement/difference.h"
#include "agreement/support/scene.h"

#include "message/form.h"

static struct scene scene;
static struct differences found;

static bool compare(const struct agreement *old, const struct agreement *new, struct arena *arena)
{
    struct error err = {0};
    if (agreement_difference(old, new, arena, &found, &err))
        return true;
    printf("%s\n", err.text);
    return false;
}

static const struct difference *said(const char *text)
{
    for (size_t i = 0; i < found.count; i++)
        if (strstr(found.items[i].text, text) != NULL)
            return &found.items[i];
    for (size_t i = 0; i < found.count; i++)
        printf("said: %s (%s)\n", found.items[i].text, found.items[i].path);
    return NULL;
}

/* --- every field --- */

static uint8_t *at(void *value, size_t offset)
{
    return (uint8_t *)value + offset;
}

/* Another value of the same kind; false for fields that hold others. */
static bool scalar_change(const struct form_field *field, void *value)
{
    static const struct span other = {(const uint8_t *)"other-0", 7};
    int64_t number;
    unsigned choice;
    uint64_t set;
    bool is_true;

    switch (field->kind) {
    case FORM_TEXT:
        memcpy(at(value, field->offset), &other, sizeof other);
        return true;
    case FORM_INTEGER:
    case FORM_TIME:
        memcpy(&number, at(value, field->offset), sizeof number);
        number++;
        memcpy(at(value, field->offset), &number, sizeof number);
        return true;
    case FORM_BOOLEAN:
        memcpy(&is_true, at(value, field->offset), sizeof is_true);
        is_true = !is_true;
        memcpy(at(value, field->offset), &is_true, sizeof is_true);
        return true;
    case FORM_CHOICE:
        memcpy(&choice, at(value, field->offset), sizeof choice);
        choice = choice == 0 ? 1 : choice - 1;
        memcpy(at(value, field->offset), &choice, sizeof choice);
        return true;
    case FORM_CHOICES:
        memcpy(&set, at(value, field->offset), sizeof set);
        for (size_t i = 0; i < field->name_count; i++)
            if (field->names[i] != NULL) {
                set ^= UINT64_C(1) << i;
                break;
            }
        memcpy(at(value, field->offset), &set, sizeof set);
        return true;
    case FORM_HEX:
        *at(value, field->offset) ^= 1;
        return true;
    case FORM_TEXTS:
    case FORM_OBJECT:
    case FORM_OBJECTS:
    case FORM_COUNT:
    case FORM_NUMBER:
    case FORM_NUMBERS:
    case FORM_BASE64:
    case FORM_UUID:
        break;
    }
    return false;
}

/* Copies lists so that the scene stays as it is, and drops the last text. */
static void list_take(const struct form_field *field, void *value, struct arena *arena)
{
    size_t size = field->kind == FORM_TEXTS ? sizeof(struct span) : field->form->size;
    size_t count = 0;
    void *items = NULL;

    memcpy(&items, at(value, field->offset), sizeof items);
    memcpy(&count, at(value, field->count_offset), sizeof count);
    void *copy = arena_array(arena, count + 1, size);
    if (count > 0)
        memcpy(copy, items, count * size);
    memcpy(at(value, field->offset), &copy, sizeof copy);
    if (field->kind == FORM_TEXTS && count > 0) {
        count--;
        memcpy(at(value, field->count_offset), &count, sizeof count);
    }
}

/* Where the walk of the test stands: the n-th field is changed, then the documents are compared. */
struct turn {
    size_t wanted;
    size_t seen;
    char path[160];
    bool is_changed;
};

static void form_change(const struct form *form, void *value, const char *path, struct turn *turn,
                        struct arena *arena);

static void field_change(const struct form_field *field, void *value, const char *path,
                         struct turn *turn, struct arena *arena)
{
    void *items = NULL;
    size_t count = 0;

    if (field->kind == FORM_OBJECT) {
        form_change(field->form, at(value, field->offset), path, turn, arena);
        return;
    }
    if (field->kind == FORM_OBJECTS || field->kind == FORM_TEXTS) {
        bool is_turn = field->kind == FORM_TEXTS && turn->seen++ == turn->wanted;
        if (field->kind == FORM_OBJECTS || is_turn)
            list_take(field, value, arena);
        if (is_turn) {
            turn->is_changed = true;
            snprintf(turn->path, sizeof turn->path, "%s", path);
        }
        memcpy(&items, at(value, field->offset), sizeof items);
        memcpy(&count, at(value, field->count_offset), sizeof count);
        if (field->kind == FORM_OBJECTS && count > 0)
            form_change(field->form, items, path, turn, arena);
        return;
    }
    if (turn->seen++ != turn->wanted)
        return;
    turn->is_changed = scalar_change(field, value);
    snprintf(turn->path, sizeof turn->path, "%s", path);
}

static void form_change(const struct form *form, void *value, const char *path, struct turn *turn,
                        struct arena *arena)
{
    for (size_t i = 0; i < form->count && !turn->is_changed; i++) {
        char inner[160];
        snprintf(inner, sizeof inner, "%s%s%s", path, path[0] != '\0' ? "." : "",
                 form->fields[i].name);
        field_change(&form->fields[i], value, inner, turn, arena);
    }
}

CHECK_TEST(each_field_changed_once_gives_its_sentence)
{
    size_t fields = 0;

    for (;; fields++) {
        struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
        struct agreement next = scene.agreement;
        struct turn turn = {.wanted = fields};
        form_change(&agreement_form, &next, "", &turn, &arena);
        if (!turn.is_changed)
            break;
        if (difference_words(turn.path) == NULL)
            printf("no words for %s\n", turn.path);
        CHECK(difference_words(turn.path) != NULL);
        CHECK_OR_RETURN(compare(&scene.agreement, &next, &arena));
        if (found.count == 0)
            printf("not a word about %s\n", turn.path);
        CHECK(found.count > 0);
    }
    printf("%zu fields\n", fields);
    CHECK(fields > 60);
}

CHECK_TEST(nothing_changed_gives_no_sentence)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);

    CHECK_OR_RETURN(compare(&scene.agreement, &scene.agreement, &arena));
    CHECK_INT(found.count, 0);
}

/* --- the words --- */

CHECK_TEST(retention_is_said_in_years_and_named_stricter)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct agreement_retention old_row = {PERSON_CONTACT_ASSOCIATE, 731, 365};
    struct agreement_retention new_row = {PERSON_CONTACT_ASSOCIATE, 365, 100};
    struct agreement old = scene.agreement, new = scene.agreement;

    old.retention = &old_row;
    new.retention = &new_row;
    old.retention_count = new.retention_count = 1;
    CHECK_OR_RETURN(compare(&old, &new, &arena));
    const struct difference *row =
        said("contact associate: erased after 1 year instead of 2 years");
    CHECK_OR_RETURN(row != NULL);
    CHECK(row->effect == DIFFERENCE_STRICTER && row->clause == CLAUSE_RETENTION);
    CHECK(strcmp(row->path, "retention[contact associate].erase_days") == 0);
    CHECK(said("reviewed after 100 days instead of 1 year") != NULL);
    CHECK_OR_RETURN(compare(&new, &old, &arena));
    row = said("erased after 2 years instead of 1 year");
    CHECK(row != NULL && row->effect == DIFFERENCE_LOOSER);
}

CHECK_TEST(lists_say_what_is_added_and_dropped)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct agreement new = scene.agreement;

    new.offence_count--;
    new.purposes &= ~(UINT64_C(1) << PURPOSE_PROSECUTION);
    CHECK_OR_RETURN(compare(&scene.agreement, &new, &arena));
    const struct difference *row = said("purpose 'prosecution' is dropped");
    CHECK(row != NULL && row->effect == DIFFERENCE_STRICTER);
    row = said("is dropped");
    CHECK(row != NULL);
    CHECK_OR_RETURN(compare(&new, &scene.agreement, &arena));
    row = said("purpose 'prosecution' is added");
    CHECK(row != NULL && row->effect == DIFFERENCE_LOOSER);
    CHECK(said("is added: maximum penalty at least") != NULL);
    /* Fewer approvals are looser. */
    new = scene.agreement;
    new.four_eyes = 0;
    CHECK_OR_RETURN(compare(&scene.agreement, &new, &arena));
    row = said("second officer's approval of");
    CHECK(row != NULL && row->effect == DIFFERENCE_LOOSER);
}

CHECK_TEST(a_clause_left_out_stands_in_its_usual_form)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct agreement old = scene.agreement, new = scene.agreement;

    old.has_termination = false;
    new.has_termination = true;
    new.termination = (struct agreement_termination){30, TERMINATION_ERASED, 60};
    CHECK_OR_RETURN(compare(&old, &new, &arena));
    CHECK(said("the clause itself is written out") != NULL);
    CHECK(said("notice: 30 days instead of 90 days") != NULL);
    CHECK(said("what is held at the end is erased instead of kept until caps") != NULL);
}

CHECK_TEST(another_order_is_said_too)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct agreement_offence offences[2] = {{OFFENCE_TERRORISM, 5}, {OFFENCE_ORGANISED_CRIME, 5}};
    struct agreement_offence turned[2] = {offences[1], offences[0]};
    struct agreement old = scene.agreement, new = scene.agreement;

    old.offences = offences;
    new.offences = turned;
    old.offence_count = new.offence_count = 2;
    CHECK_OR_RETURN(compare(&old, &new, &arena));
    CHECK_INT(found.count, 1);
    CHECK(said("order of lists") != NULL);
}

int main(void)
{
    scene_make(&scene);
    CHECK_RUN(each_field_changed_once_gives_its_sentence);
    CHECK_RUN(nothing_changed_gives_no_sentence);
    CHECK_RUN(retention_is_said_in_years_and_named_stricter);
    CHECK_RUN(lists_say_what_is_added_and_dropped);
    CHECK_RUN(a_clause_left_out_stands_in_its_usual_form);
    CHECK_RUN(another_order_is_said_too);
    scene_free(&scene);
    return check_end();
}
