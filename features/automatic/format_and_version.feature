@core
Feature: An automatic choice needs the service's format, and its version if it gives one
  A service asks for a model format and may ask for a version of it. Both are compared with the runtime's entries as
  plain text: KServe does not know that 1 and 1.0 are the same version. An entry with a version also answers a
  service without one, but never the other way round.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format   | version | autoSelect |
      | sklearn  | 0       | true       |
      | sklearn  | 1       | true       |
      | xgboost  |         | true       |
      | lightgbm | 3.3.2   | true       |

  @rule-version-not-asked @documented
  Scenario Outline: A service without a version is answered by any entry of its format: <format>
    When a service in namespace "team-a" requests "<format>"
    Then it runs on ClusterServingRuntime "model-server"

    Examples:
      | format   |
      | sklearn  |
      | xgboost  |
      | lightgbm |

  @rule-version-exact @claim-d5 @documented
  Scenario Outline: A version that is listed is served: <format> <version>
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
  Scenario Outline: A major version does not stand for the versions below it: <format> <version>
    When a service in namespace "team-a" requests "<format>" version "<version>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | format   | version |
      | sklearn  | 1.0     |
      | sklearn  | 1.2.3   |
      | lightgbm | 3       |
      | lightgbm | 3.3     |

  @rule-version-exact @extended
  Scenario Outline: Versions are compared letter by letter: <format> <version>
    When a service in namespace "team-a" requests "<format>" version "<version>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | format  | version |
      | sklearn | 01      |
      | sklearn | v1      |

  @rule-version-exact
  Scenario: An entry without a version does not answer a service with one
    When a service in namespace "team-a" requests "xgboost" version "1"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-format-exact @documented
  Scenario: A format that is not listed is not served
    When a service in namespace "team-a" requests "onnx"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-format-exact
  Scenario Outline: Formats are compared letter by letter: <format>
    When a service in namespace "team-a" requests "<format>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | format    |
      | SKLearn   |
      | sklearn-1 |
      | sk        |

  @rule-version-exact @claim-d5 @documented
  Scenario: Of two runtimes the one with the version is chosen
    Given a ClusterServingRuntime "another-server"
      | format  | version | autoSelect |
      | sklearn | 2       | true       |
    When a service in namespace "team-a" requests "sklearn" version "2"
    Then it runs on ClusterServingRuntime "another-server"
