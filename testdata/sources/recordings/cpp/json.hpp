// A small recursive-descent JSON reader: enough for a scene file.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace prism::json {

struct Value;
using Array = std::vector<Value>;
using Object = std::map<std::string, Value, std::less<>>;

struct Value {
  std::variant<double, std::string, Array, Object> data;

  double number() const { return std::get<double>(data); }
  const std::string &text() const { return std::get<std::string>(data); }
  const Array &array() const { return std::get<Array>(data); }
  const Value &operator[](std::string_view key) const;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}
  Value parse_value();

 private:
  Value parse_object();
  Value parse_array();
  std::string parse_string();
  double parse_number();
  void skip_space();
  bool take(char wanted);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace prism::json
