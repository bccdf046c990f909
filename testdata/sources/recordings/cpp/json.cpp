#include "json.hpp"

#include <cstdio>
#include <cstdlib>

namespace prism::json {

const Value &Value::operator[](std::string_view key) const {
  const Object &object = std::get<Object>(data);
  const auto found = object.find(key);
  if (found == object.end()) {
    std::fprintf(stderr, "Missing key \"%.*s\"\n", static_cast<int>(key.size()), key.data());
    std::exit(1);
  }
  return found->second;
}

void Parser::skip_space() {
  while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) <= ' ') at_++;
}

bool Parser::take(char wanted) {
  skip_space();
  if (at_ >= text_.size() || text_[at_] != wanted) return false;
  at_++;
  return true;
}

std::string Parser::parse_string() {
  take('"');
  const std::size_t start = at_;
  while (at_ < text_.size() && text_[at_] != '"') at_++;
  return std::string(text_.substr(start, at_++ - start));
}

double Parser::parse_number() {
  const double sign = take('-') ? -1 : 1;
  double value = 0, scale = 1;
  bool fraction = false;
  for (; at_ < text_.size(); at_++) {
    const char c = text_[at_];
    if (c == '.') {
      fraction = true;
    } else if (c >= '0' && c <= '9') {
      value = value * 10 + (c - '0');
      if (fraction) scale *= 10;
    } else {
      break;
    }
  }
  return sign * value / scale;
}

Value Parser::parse_array() {
  Array items;
  while (!take(']')) {
    items.push_back(parse_value());
    take(',');
  }
  return {std::move(items)};
}

Value Parser::parse_object() {
  Object members;
  while (!take('}')) {
    std::string key = (skip_space(), parse_string());
    take(':');
    members.emplace(std::move(key), parse_value());
    take(',');
  }
  return {std::move(members)};
}

Value Parser::parse_value() {
  if (take('{')) return parse_object();
  if (take('[')) return parse_array();
  if (at_ < text_.size() && text_[at_] == '"') return {parse_string()};
  return {parse_number()};
}

}  // namespace prism::json
