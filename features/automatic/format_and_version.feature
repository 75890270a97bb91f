@core
Feature: Automatic selection matches the format, and the version if there is one
  A service requests a model format and can request a version of it. KServe compares both with the entries of a
  runtime as plain strings: 1 and 1.0 are different versions. An entry with a version also matches a service without
  one, but not the other way round.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format   | version | autoSelect |
      | sklearn  | 0       | true       |
      | sklearn  | 1       | true       |
      | xgboost  |         | true       |
      | lightgbm | 3.3.2   | true       |

  @rule-version-not-requested @documented
  Scenario Outline: A service without a version matches any entry for its format: <format>
    When a service in namespace "team-a" requests "<format>"
    Then it runs on ClusterServingRuntime "model-server"

    Examples:
      | format   |
      | sklearn  |
      | xgboost  |
      | lightgbm |

  @rule-version-exact @claim-d5 @documented
  Scenario Outline: A listed version is served: <format> <version>
    When a service in namespace "team-a" requests "<format>" version "<version>"
    Then it runs on ClusterServingRuntime "model-server"

    Examples:
      | format   | version |
      | sklearn  | 0       |
      | sklearn  | 1       |
      | lightgbm | 3.3.2   |

  @rule-version-exact @claim-d5 @documented
  Scenario Outline: A version that is not listed is not served: <format> <version>
    When a service in namespace "team-a" requests "<format>" version "<version>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | format   | version |
      | sklearn  | 2       |
      | lightgbm | 4       |

  @rule-version-exact @claim-d6 @extended
  Scenario Outline: A major version does not match its minor versions: <format> <version>
    When a service in namespace "team-a" requests "<format>" version "<version>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | format   | version |
      | sklearn  | 1.0     |
      | sklearn  | 1.2.3   |
      | lightgbm | 3       |
      | lightgbm | 3.3     |

  @rule-version-exact @extended
  Scenario Outline: Versions are compared as strings: <format> <version>
    When a service in namespace "team-a" requests "<format>" version "<version>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | format  | version |
      | sklearn | 01      |
      | sklearn | v1      |

  @rule-version-exact
  Scenario: An entry without a version does not match a service with one
    When a service in namespace "team-a" requests "xgboost" version "1"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-format-exact @documented
  Scenario: A format that is not listed is not served
    When a service in namespace "team-a" requests "onnx"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-format-exact
  Scenario Outline: Formats are compared as strings: <format>
    When a service in namespace "team-a" requests "<format>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | format    |
      | SKLearn   |
      | sklearn-1 |
      | sk        |

  @rule-version-exact @claim-d5 @documented
  Scenario: KServe selects the runtime that lists the version
    Given a ClusterServingRuntime "another-server"
      | format  | version | autoSelect |
      | sklearn | 2       | true       |
    When a service in namespace "team-a" requests "sklearn" version "2"
    Then it runs on ClusterServingRuntime "another-server"
