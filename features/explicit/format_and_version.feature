@core
Feature: A named runtime must list the format, and the version if there is one
  A runtime lists the model formats that it supports, each with or without a version. KServe does not use a named
  runtime that does not list the service's format, or lists it only with other versions. It compares formats and
  versions as plain strings.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format   | version | autoSelect |
      | sklearn  | 0       | true       |
      | sklearn  | 1       |            |
      | xgboost  |         | true       |
      | lightgbm | 3.3.2   | true       |

  @rule-explicit-format @claim-d3 @documented
  Scenario Outline: A service without a version matches any entry for its format: <format>
    When a service in namespace "team-a" requests "<format>" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"

    Examples:
      | format   |
      | sklearn  |
      | xgboost  |
      | lightgbm |

  @rule-explicit-format @claim-d3 @documented
  Scenario: A runtime that does not list the format is not used
    When a service in namespace "team-a" requests "onnx" with runtime "model-server"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-explicit-format @extended
  Scenario Outline: Formats are compared as strings: <format>
    When a service in namespace "team-a" requests "<format>" with runtime "model-server"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | format    |
      | SKLearn   |
      | sklearn-1 |
      | sk        |

  @rule-explicit-version @documented
  Scenario Outline: A listed version is served: <format> <version>
    When a service in namespace "team-a" requests "<format>" version "<version>" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"

    Examples:
      | format   | version |
      | sklearn  | 0       |
      | sklearn  | 1       |
      | lightgbm | 3.3.2   |

  @rule-explicit-version @documented
  Scenario Outline: A version that is not listed is not served: <format> <version>
    When a service in namespace "team-a" requests "<format>" version "<version>" with runtime "model-server"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | format   | version |
      | sklearn  | 2       |
      | lightgbm | 4       |

  @rule-explicit-version @extended
  Scenario Outline: Versions are compared as strings, not as numbers: <format> <version>
    When a service in namespace "team-a" requests "<format>" version "<version>" with runtime "model-server"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | format   | version |
      | sklearn  | 1.0     |
      | sklearn  | 01      |
      | sklearn  | v1      |
      | lightgbm | 3       |
      | lightgbm | 3.3     |

  @rule-explicit-version @extended
  Scenario: An entry without a version does not match a service with one
    When a service in namespace "team-a" requests "xgboost" version "1" with runtime "model-server"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-explicit-version @extended
  Scenario: An empty version does not match a listed one
    When a service in namespace "team-a" requests "sklearn" version "" with runtime "model-server"
    Then it has no runtime because of "NoSupportingRuntime"
