/* A partner's name for a file becomes one that is safe to save under. What a part's bytes are: tests/web/upload_test.c. */
#include "desk/part.h"

#include "check.h"

static const char *safe(const char *name)
{
    static char out[ATTACHMENT_NAME_SIZE_MAX + 1];

    desk_name_make_safe(span_text(name), out);
    return out;
}

#define CHECK_NAME(name, wanted) CHECK(strcmp(safe(name), wanted) == 0)

CHECK_TEST(no_name_leads_out_of_its_folder_or_hides)
{
    CHECK_NAME("fotografi.jpg", "fotografi.jpg");
    CHECK_NAME("mărturie Țară.pdf", "mărturie Țară.pdf");
    CHECK_NAME("../../etc/passwd", "_._.._etc_passwd");
    CHECK_NAME("C:\\temp\\x.exe", "C__temp_x.exe");
    CHECK_NAME(".bashrc", "_bashrc");
    CHECK_NAME("-rf", "_rf");
    CHECK_NAME("a\"b<c>|d?.txt", "a_b_c__d_.txt");
    CHECK_NAME("$(x)`y`%z%", "_(x)_y__z_");
    CHECK_NAME("name. . ", "name");
    CHECK_NAME("", "attachment");
    CHECK_NAME(" ..", "attachment");
}

CHECK_TEST(no_name_turns_the_direction_of_writing)
{
    CHECK_NAME("photo\xE2\x80\xAE"
               "gpj.exe",
               "photo_gpj.exe");
    CHECK_NAME("a\xE2\x81\xA6"
               "b\xEF\xBB\xBF"
               "c\xC2\x85"
               "d\x01\x7F",
               "a_b_c_d__");
}

CHECK_TEST(a_long_name_is_cut_within_its_limit)
{
    char name[ATTACHMENT_NAME_SIZE_MAX + 50];

    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    CHECK_INT(strlen(safe(name)), ATTACHMENT_NAME_SIZE_MAX);
}

int main(void)
{
    CHECK_RUN(no_name_leads_out_of_its_folder_or_hides);
    CHECK_RUN(no_name_turns_the_direction_of_writing);
    CHECK_RUN(a_long_name_is_cut_within_its_limit);
    return check_end();
}
