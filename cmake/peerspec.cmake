# One function per kind of thing, so that the CMakeLists of a folder is its table of contents.

find_package(PkgConfig REQUIRED)
pkg_check_modules(PCAP REQUIRED IMPORTED_TARGET libpcap)
pkg_check_modules(MNL REQUIRED IMPORTED_TARGET libmnl)
pkg_check_modules(INIH REQUIRED IMPORTED_TARGET inih)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(LIBXML2 REQUIRED libxml-2.0)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check)
find_package(Threads REQUIRED)

add_library(peerspec_flags INTERFACE)
target_compile_features(peerspec_flags INTERFACE c_std_11)
target_compile_definitions(peerspec_flags INTERFACE _DEFAULT_SOURCE _GNU_SOURCE)
target_include_directories(peerspec_flags INTERFACE ${PROJECT_SOURCE_DIR}/harness
                                                    ${PROJECT_SOURCE_DIR})
target_compile_options(peerspec_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                       $<$<BOOL:${PEERSPEC_WERROR}>:-Werror>)
if(PEERSPEC_SANITIZE)
  target_compile_options(peerspec_flags INTERFACE -fsanitize=${PEERSPEC_SANITIZE}
                         -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(peerspec_flags INTERFACE -fsanitize=${PEERSPEC_SANITIZE})
endif()

# Whether a program can be linked statically here: a libc.a there is, and no sanitizer.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_LINK_OPTIONS -static)
check_c_source_compiles("int main(void) { return 0; }" PEERSPEC_HAS_STATIC_LIBC)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
if(PEERSPEC_HAS_STATIC_LIBC AND NOT PEERSPEC_SANITIZE)
  set(PEERSPEC_STATIC_BUILTIN ON)
endif()

# peerspec_stage(wire SOURCES flow.c USES base proto LIBRARIES peerspec_pcap)
function(peerspec_stage name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(peerspec_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(peerspec_${name} PUBLIC peerspec_flags ${ARG_LIBRARIES})
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(peerspec_${name} PUBLIC peerspec_${used})
  endforeach()
endfunction()

# peerspec_test(proto ftp_reply): tests/proto/test_ftp_reply.c, runs as: ctest -R '^proto[.]'
# Check's own limits, 4 s unless a test says otherwise, are ten times as long here: a machine may be busy.
function(peerspec_test stage name)
  cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
  set(target test_${stage}_${name})
  add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/${stage}/test_${name}.c)
  target_link_libraries(${target} PRIVATE peerspec_${stage} PkgConfig::CHECK)
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(${target} PRIVATE peerspec_${used})
  endforeach()
  add_test(NAME ${stage}.${name} COMMAND ${target})
  set_tests_properties(${stage}.${name} PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77
                       ENVIRONMENT "PEERSPEC_SOURCE=${PROJECT_SOURCE_DIR};PEERSPEC_BINARY=${PROJECT_BINARY_DIR}/peerspec;CK_TIMEOUT_MULTIPLIER=10")
endfunction()
