@extended
Feature: Empty versions and unusual format names are taken literally
  KServe compares the format and version of a service with those of a runtime as one string: the format, a colon and
  the version. Manifests can have empty values and colons, so an empty version is a version like any other, and a
  format with a colon in its name can match the version of another format.

  @rule-version-empty
  Scenario Outline: An empty version only matches an empty version: listed "<listed>"
    Given a ClusterServingRuntime "model-server"
      | format  | version  | autoSelect |
      | sklearn | <listed> | true       |
    When a service in namespace "team-a" requests "sklearn" version ""
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | listed |
      | 1      |
      |        |

  @rule-version-empty
  Scenario: An empty version that is listed is served
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | ""      | true       |
    When a service in namespace "team-a" requests "sklearn" version ""
    Then it runs on ClusterServingRuntime "model-server"

  @rule-version-empty
  Scenario: A listed empty version also matches a service without a version
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | ""      | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"

  @rule-label-collision
  Scenario: A format named with a colon matches a version of another format
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn:1"
    Then it runs on ClusterServingRuntime "model-server"

  @rule-label-collision
  Scenario: A version of a format matches a format named with a colon
    Given a ClusterServingRuntime "model-server"
      | format    | version | autoSelect |
      | sklearn:1 |         | true       |
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ClusterServingRuntime "model-server"

  @rule-format-exact @exact-names
  Scenario: An empty format does not match every format
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests ""
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-format-exact @exact-names
  Scenario: An empty format matches a runtime that lists one
    Given a ClusterServingRuntime "model-server"
      | format | version | autoSelect |
      | ""     |         | true       |
    When a service in namespace "team-a" requests ""
    Then it runs on ClusterServingRuntime "model-server"

  @rule-format-exact
  Scenario: A service without a format gets no runtime for another format
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            storageUri: gs://example/models/model
      """
    Then it has no runtime because of "NoSupportingRuntime"
