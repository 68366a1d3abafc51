#include "base/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int err_status(enum err err)
{
    static const int statuses[] = {[OK] = 0,        [ERR_USAGE] = 2,       [ERR_SYNTAX] = 3,
                                   [ERR_INPUT] = 3, [ERR_UNREACHABLE] = 4, [ERR_PERMISSION] = 4,
                                   [ERR_SYSTEM] = 5};

    return statuses[err];
}

static enum err fill(struct diag *why, enum err code, struct place at, const char *fmt, va_list ap)
{
    why->code = code;
    why->at = at;
    vsnprintf(why->text, sizeof why->text, fmt, ap);
    return code;
}

enum err diag_set(struct diag *why, enum err code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fill(why, code, (struct place){NULL, 0, 0}, fmt, ap);
    va_end(ap);
    return code;
}

enum err diag_at(struct diag *why, enum err code, struct place at, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fill(why, code, at, fmt, ap);
    va_end(ap);
    return code;
}

static void print_place(FILE *out, struct place at)
{
    if (at.file == NULL)
        return;
    fprintf(out, "%s:", at.file);
    if (at.line > 0)
        fprintf(out, "%u:", at.line);
    if (at.line > 0 && at.column > 0)
        fprintf(out, "%u:", at.column);
    fputc(' ', out);
}

/* The line with its caret; tabs are kept, so that the caret stands under its octet. */
static void print_line(FILE *out, const char *line, unsigned column)
{
    size_t len = strcspn(line, "\r\n");

    fprintf(out, "    %.*s\n    ", (int)len, line);
    for (unsigned i = 1; i < column && i <= len; i++)
        fputc(line[i - 1] == '\t' ? '\t' : ' ', out);
    fputs("^\n", out);
}

static void print_source(FILE *out, struct place at)
{
    FILE *source = fopen(at.file, "r");
    char *line = NULL;
    size_t room = 0;

    if (source == NULL)
        return;
    for (unsigned number = 1; getline(&line, &room, source) >= 0; number++) {
        if (number == at.line) {
            print_line(out, line, at.column);
            break;
        }
    }
    free(line);
    fclose(source);
}

void diag_print(FILE *out, const struct diag *why)
{
    print_place(out, why->at);
    fprintf(out, "%s\n", why->text);
    if (why->at.file != NULL && why->at.line > 0 && why->at.column > 0)
        print_source(out, why->at);
}
