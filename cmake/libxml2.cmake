# peerspec_libxml2: the headers of libxml2, and the name by which the program loads it
# (harness/report/junit_xml.c says why it is not linked).
find_library(LIBXML2_FILE xml2 HINTS ${LIBXML2_LIBRARY_DIRS} REQUIRED)
execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${LIBXML2_FILE} OUTPUT_VARIABLE LIBXML2_DYNAMIC ERROR_QUIET)
if(LIBXML2_DYNAMIC MATCHES "SONAME +([^ \n]+)")
  set(LIBXML2_SONAME ${CMAKE_MATCH_1})
else()
  message(FATAL_ERROR "${LIBXML2_FILE} is no shared library with a SONAME")
endif()
add_library(peerspec_libxml2 INTERFACE)
target_include_directories(peerspec_libxml2 SYSTEM INTERFACE ${LIBXML2_INCLUDE_DIRS})
target_compile_definitions(peerspec_libxml2 INTERFACE PEERSPEC_LIBXML2="${LIBXML2_SONAME}")
target_link_libraries(peerspec_libxml2 INTERFACE ${CMAKE_DL_LIBS})
